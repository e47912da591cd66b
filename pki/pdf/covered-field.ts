import { areaOf, boxOf, hiddenPart, isVisible, overlapOf } from './page-changes.ts';
import type { PdfDocument } from '../pdf-file/document.ts';
import { PdfRef } from '../pdf-file/objects.ts';

/**
 * Whether most of a signature's picture lies under another field or annotation that shows something, so that what a
 * reader sees there is not this signature. Later annotations are drawn over earlier ones (ISO 32000-2 §12.5.2).
 * @param field the signature field, in the revision that it signs
 */
export function isCoveredField(signed: PdfDocument, field: PdfRef): boolean {
  const dict = signed.dict(field);
  const kids = signed.array(dict?.get('Kids')) ?? [];
  return [field, ...kids].some((widget) => widget instanceof PdfRef && isCoveredWidget(signed, widget));
}

function isCoveredWidget(signed: PdfDocument, ref: PdfRef): boolean {
  const widget = signed.dict(ref);
  if (!widget || !isVisible(signed, widget)) return false;
  const box = boxOf(signed, widget.get('Rect'))!;
  const annotations = signed.array(signed.dict(widget.get('P'))?.get('Annots')) ?? [];
  const own = annotations.findIndex((item) => item instanceof PdfRef && item.num === ref.num);
  return own >= 0 && annotations.slice(own + 1).some((item) => {
    const other = signed.dict(item);
    const cover = other && isVisible(signed, other) ? boxOf(signed, other.get('Rect')) : undefined;
    return cover !== undefined && overlapOf(box, cover) > areaOf(box) * hiddenPart;
  });
}
