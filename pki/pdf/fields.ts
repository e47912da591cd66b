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
    document.source.budget.spend(1);
    if (depth > maxDepth || fields.length > limits.fields) throw new PkiError('pdf-too-complex', { rule: `at most ${limits.fields} fields, ${maxDepth} levels` });
    const own = document.resolve(dict.get('FT'));
    const state = {
      name: nameBelow(parent.name, document.resolve(dict.get('T'))),
      type: own instanceof PdfName ? own.value : parent.type,
      value: dict.get('V') ?? parent.value,
    };
    const kids = (document.array(dict.get('Kids')) ?? []).filter((kid) => document.dict(kid)?.get('T') !== undefined);
    for (const kid of kids) walk(kid, state, depth + 1);
    if (kids.length === 0) fields.push({ ...state, dict, ref: value instanceof PdfRef ? value : undefined });
  };
  for (const field of document.array(form?.get('Fields')) ?? []) walk(field, { name: '', type: undefined, value: undefined }, 0);
  return fields;
}

/** ISO 32000-2 §12.7.4.2: the full name of a field below `parent`. */
export function nameBelow(parent: string, partial: PdfValue): string {
  if (!(partial instanceof PdfString)) return parent;
  return parent === '' ? textOf(partial) : `${parent}.${textOf(partial)}`;
}
