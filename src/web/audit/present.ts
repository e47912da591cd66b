import type { Translate } from '../text/words.ts';
import { fieldText, hasWords, valueText } from './field-words.ts';

/** One field of an entry's change, as text; undefined where that side has none. */
export interface ChangedField { field: string; before: string | undefined; after: string | undefined; isChanged: boolean }

const mostFields = 200;

/** The two sides of a change field by field, nested ones under their path and lists of plain values in one, in the order of their names. */
export function changedFields(before: unknown, after: unknown): ChangedField[] {
  const [old, young] = [flatten(before), flatten(after)];
  const names = [...new Set([...old.keys(), ...young.keys()])].toSorted().slice(0, mostFields);
  return names.map((field) => ({ field, before: old.get(field), after: young.get(field), isChanged: old.get(field) !== young.get(field) }));
}

export interface ShownField { label: string; value: string }
/** A change as people read it: what is new or gone by itself, what became something else with both sides; `others` stayed or have no words. */
export interface ShownChange { contents: ShownField[]; changes: { label: string; before: string | undefined; after: string | undefined }[]; others: ShownField[]; raw: { before: string | undefined; after: string | undefined } }

/** Both sides of an entry in words, and as they are stored. */
export function presentChange({ before, after }: { before: unknown; after: unknown }, t: Translate): ShownChange {
  const fields = changedFields(before, after);
  const said = (field: string, value: string | undefined): string | undefined => (value === undefined ? undefined : valueText(field, value, t));
  const shown = ({ field, before: old, after: young }: ChangedField): ShownField => ({ label: fieldText(field, t), value: said(field, young ?? old) ?? '' });
  const raw = { before: rawOf(before), after: rawOf(after) };
  if (isNothing(before) || isNothing(after)) {
    return { contents: fields.filter(({ field }) => hasWords(field)).map(shown), changes: [], others: fields.filter(({ field }) => !hasWords(field)).map(shown), raw };
  }
  const changes = fields.filter(({ isChanged }) => isChanged).map(({ field, before: old, after: young }) => ({ label: fieldText(field, t), before: said(field, old), after: said(field, young) }));
  return { contents: [], changes, others: fields.filter(({ isChanged }) => !isChanged).map(shown), raw };
}

const isNothing = (side: unknown): boolean => side === null || side === undefined;
const mostRaw = 20_000;
const rawOf = (side: unknown): string | undefined => {
  if (isNothing(side)) return undefined;
  const text = JSON.stringify(side, null, 2);
  return text.length > mostRaw ? `${text.slice(0, mostRaw)}…` : text;
};

const isPlainList = (value: unknown): value is (string | number)[] => Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string' || typeof one === 'number');

function flatten(value: unknown): Map<string, string> {
  const found = new Map<string, string>();
  const waiting: [string, unknown][] = [['', value]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [path, one] = next;
    if (isPlainList(one)) {
      found.set(path === '' ? '=' : path, one.map(String).join(', '));
    } else if (typeof one === 'object' && one !== null && Object.keys(one).length > 0) {
      for (const [name, inner] of Object.entries(one)) waiting.push([path === '' ? name : `${path}.${name}`, inner]);
    } else if (one !== null && one !== undefined) {
      found.set(path === '' ? '=' : path, typeof one === 'string' ? one : JSON.stringify(one));
    }
  }
  return found;
}
