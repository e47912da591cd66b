import { type Comparison, isScalar } from './comparison.ts';
import { nameBelow } from './fields.ts';
import { PdfDict, PdfName, PdfRef, type PdfValue, wholeNumber } from '../pdf-file/objects.ts';
import type { DrawnKind, DrawnWidgets } from './page-changes.ts';
import { addedField, compareSigned } from './signature-field-changes.ts';

/** What signing or filling an existing field changes besides V. */
const filledKeys = new Set(['AP', 'AS', 'M', 'F', 'MK', 'I', 'TI', 'RV', 'DA']);

interface FieldState { name: string; type: string | undefined; filled: boolean }
interface At { field: string; object: number }

/**
 * Compares the interactive form. Fields may be filled and signature fields added; nothing else may change.
 * @returns the widgets that may show something new: of added signature fields, and of those that were signed or filled
 */
export function compareForm(comparison: Comparison, a: PdfValue | undefined, b: PdfValue | undefined): DrawnWidgets {
  const { old, now } = comparison;
  if (a instanceof PdfRef && b instanceof PdfRef && a.num === b.num) comparison.governed.add(a.num);
  const [before, after] = [old.dict(a) ?? new PdfDict(), now.dict(b) ?? new PdfDict()];
  const drawn = new Map<number, DrawnKind>();
  compareFieldLists(comparison, [before.get('Fields'), after.get('Fields')], { name: '', type: undefined, filled: false }, drawn);
  for (const key of new Set([...before.entries.keys(), ...after.entries.keys()])) {
    const [x, y] = [before.get(key), after.get(key)];
    if (key === 'Fields' || key === 'SigFlags') continue;
    if (key === 'DR') compareDefaults(comparison, x, y);
    else if (key === 'NeedAppearances') {
      // set, it has a viewer draw every field anew from its value, whatever was seen when it was signed
      const warning = now.resolve(y) === true;
      if (comparison.differs(x ?? false, y ?? false)) comparison.report({ kind: 'form-filling', level: 'form', code: 'need-appearances-changed', warning });
    } else if (key !== 'DA' || x !== undefined) comparison.demandSame(x, y, { code: key === 'XFA' ? 'xfa-changed' : 'form-changed', detail: key });
  }
  return drawn;
}

/** Resources of the form: new names may come, what a name stands for may not change. */
function compareDefaults(comparison: Comparison, a: PdfValue | undefined, b: PdfValue | undefined, depth = 0): void {
  const [before, after] = [comparison.old.dict(a), comparison.now.dict(b)];
  if (!before) return;
  for (const [key, value] of before.entries) {
    const later = after?.get(key);
    if (depth === 0 && comparison.old.dict(value)) compareDefaults(comparison, value, later, 1);
    else comparison.demandSame(value, later, { code: 'form-resources-changed', detail: key, drawn: true });
  }
}

function compareFieldLists(comparison: Comparison, [a, b]: [PdfValue | undefined, PdfValue | undefined], parent: FieldState, drawn: Map<number, DrawnKind>): void {
  const { old, now } = comparison;
  const before = old.array(a) ?? [];
  const after = now.array(b) ?? [];
  now.source.budget.compare(before.length + after.length);
  const left = new Map(after.flatMap((item) => (item instanceof PdfRef ? [[item.num, item]] : [])));
  for (const item of before) {
    if (item instanceof PdfRef && left.delete(item.num)) {
      if (!comparison.governed.has(item.num)) compareField(comparison, item, parent, drawn);
    } else if (item instanceof PdfRef) comparison.report({ kind: 'forbidden', level: 'forbidden', code: 'field-removed', object: item.num });
  }
  const direct = (items: PdfValue[]): PdfValue[] => items.filter((item) => !(item instanceof PdfRef));
  comparison.demandSame(direct(before), direct(after), { code: 'field-changed' });
  for (const item of left.values()) addedField(comparison, item, parent.name, drawn);
}

function compareField(comparison: Comparison, ref: PdfRef, parent: FieldState, drawn: Map<number, DrawnKind>): void {
  const { old, now } = comparison;
  comparison.governed.add(ref.num);
  const [before, after] = [old.dict(ref), now.dict(ref)];
  if (!before || !after) return comparison.demandSame(before, after, { code: 'field-changed', object: ref.num });
  if (before === after && !parent.filled && isLeaf(before)) return compareBelow(comparison, before, { parent, object: ref.num });
  const own = old.resolve(before.get('FT'));
  const state: FieldState = {
    name: nameBelow(parent.name, old.resolve(before.get('T'))),
    type: own instanceof PdfName ? own.value : parent.type,
    filled: false,
  };
  const at = { field: state.name, object: ref.num };
  state.filled = isFilled(comparison, [before, after], { type: state.type, parent, at });
  if (state.filled) drawn.set(ref.num, state.type === 'Sig' ? 'signature' : 'form-filling');
  compareFieldLists(comparison, [before.get('Kids'), after.get('Kids')], state, drawn);
  for (const key of new Set([...before.entries.keys(), ...after.entries.keys()])) {
    const [x, y] = [before.get(key), after.get(key)];
    // a button has a picture for each of its states: filling chooses among them
    if (key === 'AP' && state.filled && state.type === 'Btn' && before.has('AP')) {
      comparison.demandSame(x, y, { kind: 'form-filling', level: 'form', code: 'button-redrawn', drawn: true, ...at });
      continue;
    }
    if (key === 'V' || key === 'Kids' || (state.filled && filledKeys.has(key))) continue;
    if (key === 'Ff' && isOnlyMadeReadOnly(old.resolve(x), now.resolve(y))) continue;
    comparison.demandSame(x, y, { code: key === 'AP' || key === 'AS' ? 'appearance-replaced' : 'field-changed', detail: key, drawn: key === 'AP', ...at });
  }
}

/** Neither fields below nor a value that leads elsewhere: most fields of most revisions stand as they stood. */
const isLeaf = (field: PdfDict): boolean => !field.has('Kids') && isScalar(field.get('V'));

/** A field that was not written again may still lead to what was. */
function compareBelow(comparison: Comparison, field: PdfDict, { parent, object }: { parent: FieldState; object: number }): void {
  for (const [key, value] of field.entries) {
    if (isScalar(value) || (value instanceof PdfRef && comparison.governed.has(value.num) && key !== 'AP')) continue;
    const name = nameBelow(parent.name, comparison.old.resolve(field.get('T')));
    comparison.demandSame(value, value, { code: key === 'AP' || key === 'AS' ? 'appearance-replaced' : 'field-changed', detail: key, drawn: key === 'AP', field: name, object });
  }
}

/** Signing with a lock makes the locked fields read-only (ISO 32000-2 §12.7.5.5). */
function isOnlyMadeReadOnly(a: PdfValue, b: PdfValue): boolean {
  const [before, after] = [wholeNumber(a ?? 0), wholeNumber(b)];
  return before !== undefined && after !== undefined && (before | 1) === after;
}

/** Whether the field was filled or signed in this revision. A widget of its field is what the field is; a field below another has a value of its own, or inherits (Table 226). */
function isFilled(comparison: Comparison, [before, after]: [PdfDict, PdfDict], { type, parent, at }: { type: string | undefined; parent: FieldState; at: At }): boolean {
  if (type === 'Sig') return compareSigned(comparison, [before, after], at) || parent.filled;
  if (parent.filled && !before.has('T')) return true;
  const inherits = parent.filled && !before.has('V') && !after.has('V');
  if (!inherits && !comparison.differs(before.get('V'), after.get('V'))) return false;
  comparison.report({ kind: 'form-filling', level: 'form', code: 'field-filled', fills: at.field, ...at });
  return true;
}
