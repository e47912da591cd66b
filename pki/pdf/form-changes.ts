import type { Comparison } from './comparison.ts';
import { nameBelow } from './fields.ts';
import { isName, PdfDict, PdfName, PdfRef, type PdfValue, wholeNumber } from '../pdf-file/objects.ts';
import { isVisible } from './page-changes.ts';

/** What a new signature field and its widget may hold: nothing that acts or leads elsewhere (ISO 32000-2 Tables 166, 191, 226). */
const signatureFieldKeys = new Set(['FT', 'T', 'TU', 'TM', 'Ff', 'V', 'Lock', 'SV', 'Type', 'Subtype', 'Rect', 'P', 'F', 'AP', 'AS', 'MK',
  'BS', 'Border', 'DA', 'DS', 'DR', 'Q', 'Parent', 'Kids', 'M', 'NM', 'StructParent', 'C', 'H', 'Contents']);

/** What signing or filling an existing field changes besides V. */
const filledKeys = new Set(['AP', 'AS', 'M', 'F', 'MK', 'I', 'TI', 'RV', 'DA']);

interface FieldState { name: string; type: string | undefined; filled: boolean }

/**
 * Compares the interactive form. Fields may be filled and signature fields added; nothing else may change.
 * @returns the object numbers of the widgets that belong to added signature fields
 */
export function compareForm(comparison: Comparison, a: PdfValue | undefined, b: PdfValue | undefined): Set<number> {
  const { old, now } = comparison;
  if (a instanceof PdfRef && b instanceof PdfRef && a.num === b.num) comparison.governed.add(a.num);
  const [before, after] = [old.dict(a) ?? new PdfDict(), now.dict(b) ?? new PdfDict()];
  const newWidgets = new Set<number>();
  compareFieldLists(comparison, [before.get('Fields'), after.get('Fields')], { name: '', type: undefined, filled: false }, newWidgets);
  for (const key of new Set([...before.entries.keys(), ...after.entries.keys()])) {
    const [x, y] = [before.get(key), after.get(key)];
    if (key === 'Fields' || key === 'SigFlags') continue;
    if (key === 'DR') compareDefaults(comparison, x, y);
    else if (key === 'NeedAppearances') {
      if (comparison.differs(x ?? false, y ?? false)) comparison.report({ kind: 'form-filling', level: 'form', code: 'need-appearances-changed' });
    } else if (key !== 'DA' || x !== undefined) comparison.demandSame(x, y, { code: key === 'XFA' ? 'xfa-changed' : 'form-changed', detail: key });
  }
  return newWidgets;
}

/** Resources of the form: new names may come, what a name stands for may not change. */
function compareDefaults(comparison: Comparison, a: PdfValue | undefined, b: PdfValue | undefined, depth = 0): void {
  const [before, after] = [comparison.old.dict(a), comparison.now.dict(b)];
  if (!before) return;
  for (const [key, value] of before.entries) {
    const later = after?.get(key);
    if (depth === 0 && comparison.old.dict(value)) compareDefaults(comparison, value, later, 1);
    else comparison.demandSame(value, later, { code: 'form-resources-changed', detail: key });
  }
}

function compareFieldLists(comparison: Comparison, [a, b]: [PdfValue | undefined, PdfValue | undefined], parent: FieldState, newWidgets: Set<number>): void {
  const { old, now } = comparison;
  const before = old.array(a) ?? [];
  const after = now.array(b) ?? [];
  const left = new Map(after.flatMap((item) => (item instanceof PdfRef ? [[item.num, item]] : [])));
  for (const item of before) {
    if (item instanceof PdfRef && left.delete(item.num)) {
      if (!comparison.governed.has(item.num)) compareField(comparison, item, parent, newWidgets);
    } else if (item instanceof PdfRef) comparison.report({ kind: 'forbidden', level: 'forbidden', code: 'field-removed', object: item.num });
  }
  const direct = (items: PdfValue[]): PdfValue[] => items.filter((item) => !(item instanceof PdfRef));
  comparison.demandSame(direct(before), direct(after), { code: 'field-changed' });
  for (const item of left.values()) addedField(comparison, item, parent, newWidgets);
}

function addedField(comparison: Comparison, ref: PdfRef, parent: FieldState, newWidgets: Set<number>): void {
  const { now } = comparison;
  const dict = now.dict(ref);
  if (!dict) return;
  const field = nameBelow(parent.name, now.resolve(dict.get('T')));
  const at = { field, object: ref.num };
  const kids = (now.array(dict.get('Kids')) ?? []).flatMap((kid) => (kid instanceof PdfRef ? [kid] : []));
  const widgets = [ref, ...kids].filter(({ num }) => isName(now.resolve(now.dict(new PdfRef(num, 0))?.get('Subtype')), 'Widget'));
  const dicts = [dict, ...kids.flatMap((kid) => now.dict(kid) ?? [])];
  if (!isName(now.resolve(dict.get('FT')) ?? null, 'Sig')) return comparison.report({ kind: 'forbidden', level: 'forbidden', code: 'field-added', ...at });
  const strange = dicts.flatMap(({ entries }) => [...entries.keys()]).find((key) => !signatureFieldKeys.has(key));
  if (strange !== undefined) return comparison.report({ kind: 'forbidden', level: 'forbidden', code: 'field-added', detail: strange, ...at });
  for (const { num } of widgets) newWidgets.add(num);
  if (now.dict(dict.get('V'))) return reportSigned(comparison, dict.get('V'), at);
  const visible = dicts.some((part) => isVisible(now, part));
  comparison.report(visible
    ? { kind: 'forbidden', level: 'forbidden', code: 'sneaky-signature-field', ...at }
    : { kind: 'signature-field', level: 'form', code: 'signature-field-added', ...at });
}

function reportSigned(comparison: Comparison, value: PdfValue | undefined, at: { field: string; object: number }): void {
  const signature = comparison.now.dict(value);
  const timestamp = isName(comparison.now.resolve(signature?.get('SubFilter')), 'ETSI.RFC3161');
  comparison.report(timestamp
    ? { kind: 'document-timestamp', level: 'archive', code: 'document-timestamp-added', ...at }
    : { kind: 'signature', level: 'form', code: 'signature-added', ...at });
}

function compareField(comparison: Comparison, ref: PdfRef, parent: FieldState, newWidgets: Set<number>): void {
  const { old, now } = comparison;
  comparison.governed.add(ref.num);
  const [before, after] = [old.dict(ref), now.dict(ref)];
  if (!before || !after) return comparison.demandSame(before, after, { code: 'field-changed', object: ref.num });
  const own = old.resolve(before.get('FT'));
  const state: FieldState = {
    name: nameBelow(parent.name, old.resolve(before.get('T'))),
    type: own instanceof PdfName ? own.value : parent.type,
    filled: parent.filled,
  };
  const at = { field: state.name, object: ref.num };
  state.filled ||= state.type === 'Sig' ? compareSigned(comparison, [before, after], at) : compareFilled(comparison, [before, after], at);
  compareFieldLists(comparison, [before.get('Kids'), after.get('Kids')], state, newWidgets);
  for (const key of new Set([...before.entries.keys(), ...after.entries.keys()])) {
    if (key === 'V' || key === 'Kids' || key === 'Parent' || (state.filled && filledKeys.has(key))) continue;
    const [x, y] = [before.get(key), after.get(key)];
    if (key === 'Ff' && isOnlyMadeReadOnly(old.resolve(x), now.resolve(y))) continue;
    comparison.demandSame(x, y, { code: key === 'AP' || key === 'AS' ? 'appearance-replaced' : 'field-changed', detail: key, ...at });
  }
}

/** Signing with a lock makes the locked fields read-only (ISO 32000-2 §12.7.5.5). */
function isOnlyMadeReadOnly(a: PdfValue, b: PdfValue): boolean {
  const [before, after] = [wholeNumber(a ?? 0), wholeNumber(b)];
  return before !== undefined && after !== undefined && (before | 1) === after;
}

/** @returns whether the field was signed in this revision */
function compareSigned(comparison: Comparison, [before, after]: [PdfDict, PdfDict], at: { field: string; object: number }): boolean {
  const [had, has] = [comparison.old.resolve(before.get('V')), comparison.now.resolve(after.get('V'))];
  if (had === null && has !== null) reportSigned(comparison, after.get('V'), at);
  else if (had !== null && has === null) comparison.report({ kind: 'forbidden', level: 'forbidden', code: 'signature-removed', ...at });
  else comparison.demandSame(before.get('V'), after.get('V'), { code: 'signature-replaced', ...at });
  return had === null && has !== null;
}

/** @returns whether the field was filled in this revision */
function compareFilled(comparison: Comparison, [before, after]: [PdfDict, PdfDict], at: { field: string; object: number }): boolean {
  if (!comparison.differs(before.get('V'), after.get('V'))) return false;
  comparison.report({ kind: 'form-filling', level: 'form', code: 'field-filled', ...at });
  return true;
}
