import { z } from 'zod';
import { Problem } from '../problems.ts';

const words = { vi: z.locales.vi().localeError, en: z.locales.en().localeError };
type Language = keyof typeof words;

/** A check of our own brings its words along: `refine(…, { params: { vi, en } })`. */
const wordsIn = (language: Language): z.core.$ZodErrorMap => (issue) => {
  const own = issue.code === 'custom' ? (issue.params as Partial<Record<Language, string>> | undefined)?.[language] : undefined;
  return own ?? words[language](issue);
};

/**
 * The value as its schema reads it; with no schema nothing is expected and nothing is handed on.
 * @throws Problem `invalid-fields` with one `{ pointer, message, in }` per mistake (RFC 6901)
 */
export function checkFields(schema: z.ZodType | undefined, value: unknown, where: 'path' | 'query' | 'body'): unknown {
  if (!schema) return {};
  const read = schema.safeParse(value, { error: wordsIn('vi') });
  if (read.success) return read.data;
  const inEnglish = schema.safeParse(value, { error: wordsIn('en') }).error?.issues;
  const errors = read.error.issues.slice(0, 50).map(({ path, message }, i) =>
    ({ pointer: pointerTo(path), message: { vi: message, en: inEnglish?.[i]?.message ?? message }, in: where }));
  throw new Problem('invalid-fields', { errors });
}

function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
