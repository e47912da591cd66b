import type { Comparison } from './comparison.ts';
import { nameBelow } from './fields.ts';
import { areaOf, boxOf, type DrawnKind, isHidden, isVisible } from './page-changes.ts';
import type { PdfDocument } from '../pdf-file/document.ts';
import { isName, type PdfDict, PdfRef, PdfString, type PdfValue } from '../pdf-file/objects.ts';

/** What a new signature field and its widget may hold: nothing that acts or leads elsewhere (ISO 32000-2 Tables 166, 191, 226). */
const signatureFieldKeys = new Set(['FT', 'T', 'TU', 'TM', 'Ff', 'V', 'Lock', 'SV', 'Type', 'Subtype', 'Rect', 'P', 'F', 'AP', 'AS', 'MK',
  'BS', 'Border', 'DA', 'DS', 'DR', 'Q', 'Parent', 'Kids', 'M', 'NM', 'StructParent', 'C', 'H', 'Contents']);

/** A field that the earlier revision did not have: a signature field, empty or signed, or nothing that may be. */
export function addedField(comparison: Comparison, ref: PdfRef, parent: string, drawn: Map<number, DrawnKind>): void {
  const { now } = comparison;
  const dict = now.dict(ref);
  if (!dict) return;
  const field = nameBelow(parent, now.resolve(dict.get('T')));
  const at = { field, object: ref.num };
  const kids = kidsOf(comparison, dict);
  const widgets = [ref, ...kids].filter(({ num }) => isName(now.resolve(now.dict(new PdfRef(num, 0))?.get('Subtype')), 'Widget'));
  const dicts = [dict, ...kids.flatMap((kid) => now.dict(kid) ?? [])];
  if (!isName(now.resolve(dict.get('FT')) ?? null, 'Sig')) return comparison.report({ kind: 'forbidden', level: 'forbidden', code: 'field-added', ...at });
  const strange = dicts.flatMap(({ entries }) => [...entries.keys()]).find((key) => !signatureFieldKeys.has(key));
  if (strange !== undefined) return comparison.report({ kind: 'forbidden', level: 'forbidden', code: 'field-added', detail: strange, ...at });
  for (const { num } of widgets) drawn.set(num, 'signature');
  const visible = dicts.some((part) => isVisible(now, part));
  // viewers fill an empty field's rectangle with its background, without any appearance (Table 192)
  const painted = visible || dicts.some((part) => hasBackground(now, part));
  if (isSignature(comparison, dict.get('V'))) return reportSigned(comparison, dict.get('V'), { ...at, ...(visible && { fills: field }) }, visible);
  comparison.report(painted
    ? { kind: 'forbidden', level: 'forbidden', code: 'sneaky-signature-field', ...at }
    : { kind: 'signature-field', level: 'form', code: 'signature-field-added', ...at });
}

function hasBackground(document: PdfDocument, widget: PdfDict): boolean {
  const colours = document.array(document.dict(widget.get('MK'))?.get('BG')) ?? [];
  return colours.length > 0 && !isHidden(document, widget) && areaOf(boxOf(document, widget.get('Rect'))) > 0;
}

/** Something that claims to sign bytes; whether it does is judged where the signature itself is. */
function isSignature({ now }: Comparison, value: PdfValue | undefined): boolean {
  const signature = now.dict(value);
  return now.array(signature?.get('ByteRange')) !== undefined && now.resolve(signature?.get('Contents')) instanceof PdfString;
}

interface SignedField { field: string; object: number; fills?: string }

/** A document timestamp is always permitted, but not with a picture: that one counts as a signature. */
function reportSigned(comparison: Comparison, value: PdfValue | undefined, at: SignedField, visible: boolean): void {
  const signature = comparison.now.dict(value);
  const timestamp = isName(comparison.now.resolve(signature?.get('SubFilter')), 'ETSI.RFC3161');
  comparison.report(timestamp && !visible
    ? { kind: 'document-timestamp', level: 'archive', code: 'document-timestamp-added', ...at }
    : { kind: 'signature', level: 'form', code: timestamp ? 'visible-timestamp-added' : 'signature-added', ...at });
}

/** A field of the earlier revision. @returns whether it was signed in this one */
export function compareSigned(comparison: Comparison, [before, after]: [PdfDict, PdfDict], at: { field: string; object: number }): boolean {
  const { old, now } = comparison;
  const [had, has] = [old.resolve(before.get('V')), now.resolve(after.get('V'))];
  if (had === null && has !== null) {
    const visible = [after, ...kidsOf(comparison, after).flatMap((kid) => now.dict(kid) ?? [])].some((part) => isVisible(now, part));
    if (isSignature(comparison, after.get('V'))) reportSigned(comparison, after.get('V'), { ...at, fills: at.field }, visible);
    else comparison.report({ kind: 'forbidden', level: 'forbidden', code: 'sneaky-signature-field', ...at });
    return true;
  }
  if (had !== null && has === null) comparison.report({ kind: 'forbidden', level: 'forbidden', code: 'signature-removed', ...at });
  else comparison.demandSame(before.get('V'), after.get('V'), { code: 'signature-replaced', ...at });
  return false;
}

function kidsOf({ now }: Comparison, field: PdfDict): PdfRef[] {
  return (now.array(field.get('Kids')) ?? []).flatMap((kid) => (kid instanceof PdfRef ? [kid] : []));
}
