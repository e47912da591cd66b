import { PkiError } from '../error.ts';
import { catalogOf, type PdfDocument } from '../pdf-file/document.ts';
import { limits, PdfDict, PdfName, PdfRef, PdfString, textOf, type PdfValue } from '../pdf-file/objects.ts';

/** A terminal field of the interactive form (ISO 32000-2 §12.7.4). */
export interface PdfField {
  /** the partial names from the root, joined by full stops */
  name: string;
  /** FT, own or inherited */
  type: string | undefined;
  /** V as it stands, own or inherited */
  value: PdfValue | undefined;
  dict: PdfDict;
  ref: PdfRef | undefined;
}

const maxDepth = 32;

/** Every terminal field reached from the AcroForm. @throws PkiError `pdf-too-complex` */
export function listFields(document: PdfDocument): PdfField[] {
  const form = document.dict(catalogOf(document).get('AcroForm'));
  const fields: PdfField[] = [];
  const seen = new Set<number>();
  const walk = (value: PdfValue, parent: Pick<PdfField, 'name' | 'type' | 'value'>, depth: number): void => {
    if (value instanceof PdfRef) {
      // a loop, or one field in two places of the tree: the first place names it
      if (seen.has(value.num)) return;
      seen.add(value.num);
    }
    const dict = document.dict(value);
    if (!dict) return;
    document.source.budget.compare(1);
    if (depth > maxDepth || fields.length > limits.fields) throw new PkiError('pdf-too-complex', { rule: `at most ${limits.fields} fields, ${maxDepth} levels` });
    const { partial, type } = ownOf(document, dict);
    const state = { name: joined(parent.name, partial), type: type ?? parent.type, value: dict.get('V') ?? parent.value };
    const kids = dict.has('Kids') ? (document.array(dict.get('Kids')) ?? []).filter((kid) => document.dict(kid)?.get('T') !== undefined) : [];
    for (const kid of kids) walk(kid, state, depth + 1);
    if (kids.length === 0) fields.push({ ...state, dict, ref: value instanceof PdfRef ? value : undefined });
  };
  for (const field of document.array(form?.get('Fields')) ?? []) walk(field, { name: '', type: undefined, value: undefined }, 0);
  return fields;
}

interface Own { partial: string | undefined; type: string | undefined }

/** What a dictionary says of its field without any reference: the same in each revision that has it. */
const known = new WeakMap<PdfDict, Own>();

function ownOf(document: PdfDocument, dict: PdfDict): Own {
  const before = known.get(dict);
  if (before) return before;
  const [t, ft] = [dict.get('T'), dict.get('FT')];
  const [partial, type] = [document.resolve(t), document.resolve(ft)];
  const own = { partial: partial instanceof PdfString ? textOf(partial) : undefined, type: type instanceof PdfName ? type.value : undefined };
  if (!(t instanceof PdfRef || ft instanceof PdfRef)) known.set(dict, own);
  return own;
}

const joined = (parent: string, partial: string | undefined): string => (partial === undefined ? parent : parent === '' ? partial : `${parent}.${partial}`);

/** ISO 32000-2 §12.7.4.2: the full name of a field below `parent`. */
export const nameBelow = (parent: string, partial: PdfValue): string => joined(parent, partial instanceof PdfString ? textOf(partial) : undefined);
