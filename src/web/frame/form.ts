import { z } from 'zod';
import { Problem, problems } from '../../problems.ts';
import { inBoth, isWordKey, type Translate, type WordKey } from '../text/words.ts';
import type { Mistakes, Page } from './page.ts';

export interface Mistake { /** empty: about the form as a whole */ field: string; text: string }

/** A form as a template shows it: what was typed, and what is to be mended. */
export interface Form {
  values: Readonly<Record<string, string | readonly string[]>>;
  /** In the order of the fields, for the summary. */
  mistakes: readonly Mistake[];
  /** The first mistake of each field. */
  errors: Readonly<Record<string, string>>;
}

export const emptyForm: Form = { values: {}, mistakes: [], errors: {} };

/** A form that nobody has sent yet, with what is known already. */
export function filledForm(values: Form['values']): Form {
  return { ...emptyForm, values };
}

/** A field that can come once, several times or not at all: ticked boxes. */
export const many = <T extends z.ZodType>(one: T): z.ZodType<z.output<T>[]> =>
  z.preprocess((value) => (value === undefined ? [] : Array.isArray(value) ? value as unknown[] : [value]), z.array(one).max(1_000));

/** A field that is typed, or chosen from what was found for it: then it comes twice, and the choice counts. */
export const typedOrChosen = <T extends z.ZodType>(one: T) => z.preprocess((value: unknown) => (Array.isArray(value) ? value.findLast((each) => each !== '') ?? '' : value), one);

const standardWords = { vi: z.locales.vi().localeError, en: z.locales.en().localeError };

/** What was sent, read by the page's schema, or its mistakes in the person's language. */
export function readForm(schema: z.ZodType | undefined, fields: Form['values'], t: Translate): { body: unknown } | { mistakes: Mistake[] } {
  if (!schema) return { body: {} };
  const read = schema.safeParse(fields, { error: standardWords[t.language] });
  if (read.success) return { body: read.data };
  const mistakes = read.error.issues.slice(0, 50).map(({ path, message }) => ({ field: String(path[0] ?? ''), text: isWordKey(message) ? t(message) : message }));
  return { mistakes };
}

/** Refuses fields of a form, each with its own words beside it. */
export function refusedFields(...fields: readonly (readonly [field: string, word: WordKey])[]): Problem {
  return new Problem('invalid-fields', { errors: fields.map(([field, word]) => ({ pointer: `/${field}`, message: inBoth(word) })) });
}

/** Refuses one field of a form, with words beside it. */
export const refused = (field: string, word: WordKey): Problem => refusedFields([field, word]);

/** The form again after a refusal; undefined where the form cannot mend it. */
export function mistakesOf(problem: Problem, known: Mistakes, t: Translate): Mistake[] | undefined {
  const said = known[problem.code];
  if (said) return [{ field: said.field ?? '', text: said.word ? t(said.word, factsOf(problem)) : problems[problem.code][t.language] }];
  if (problem.code !== 'invalid-fields') return undefined;
  return (problem.facts.errors ?? []).map(({ pointer, message }) => ({ field: pointer.split('/')[1] ?? '', text: message[t.language] }));
}

function factsOf({ facts }: Problem): Record<string, string | number> {
  return Object.fromEntries(Object.entries(facts).flatMap(([name, value]) => (typeof value === 'string' || typeof value === 'number' ? [[name, value]] : [])));
}

/** The form to show again: secrets are taken out of what was typed. */
export function formAgain({ secret = [] }: Pick<Page, 'secret'>, values: Form['values'], mistakes: readonly Mistake[]): Form {
  const shown = Object.fromEntries(Object.entries(values).filter(([name]) => !secret.includes(name)));
  const errors: Record<string, string> = {};
  for (const { field, text } of mistakes) if (field !== '') errors[field] ??= text;
  return { values: shown, mistakes, errors };
}
