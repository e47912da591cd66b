import { fileURLToPath } from 'node:url';
import nunjucks from 'nunjucks';
import { wordsIn, type Language } from '../text/words.ts';

const templates = new nunjucks.Environment(
  new nunjucks.FileSystemLoader(fileURLToPath(new URL('..', import.meta.url)), { noCache: false }),
  { autoescape: true, throwOnUndefined: false, trimBlocks: true },
);

/** A page in one language. Everything a stranger sent is escaped by the template engine. */
export function renderPage(template: 'verify/form.njk' | 'verify/result.njk' | 'revoke/form.njk' | 'revoke/done.njk', language: Language, facts: Record<string, unknown>): string {
  return templates.render(template, { ...facts, language, otherLanguage: language === 'vi' ? 'en' : 'vi', t: wordsIn(language) });
}
