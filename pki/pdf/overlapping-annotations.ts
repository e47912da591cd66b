import { catalogOf, type PdfDocument } from '../pdf-file/document.ts';
import { isName, limits, type PdfDict, PdfRef, type PdfValue } from '../pdf-file/objects.ts';
import { areaOf, type Box, boxOf, isHidden, isVisible, overlapOf } from './page-changes.ts';

/** Neighbours that touch, by the rounding of their corners, do not lie over each other. */
const touching = 0.01;

/**
 * The first page on which annotations lie over each other, counted from 1: what is seen or followed there depends on
 * which of them a viewer takes. Links count with the place they react at, everything else with the ink it shows.
 */
export function findOverlappingAnnotations(document: PdfDocument): number | undefined {
  let number = 0;
  const visited = new Set<number>();
  const kids: { value: PdfValue | undefined; depth: number }[] = [{ value: catalogOf(document).get('Pages'), depth: 0 }];
  for (let next = kids.pop(); next; next = kids.pop()) {
    const { value, depth } = next;
    if (value instanceof PdfRef) {
      if (visited.has(value.num)) continue;
      visited.add(value.num);
    }
    const node = document.dict(value);
    if (!node || depth > limits.depth) continue;
    const below = document.array(node.get('Kids'));
    if (below) for (const kid of below.toReversed()) kids.push({ value: kid, depth: depth + 1 });
    else if (++number && overlapsOn(document, node)) return number;
  }
  return undefined;
}

function overlapsOn(document: PdfDocument, page: PdfDict): boolean {
  const boxes = (document.array(page.get('Annots')) ?? []).map((item) => placeOf(document, item)).filter((box) => box !== undefined);
  // from the lowest up: only those that reach as high as the next one begins can meet it
  let open: Box[] = [];
  for (const box of boxes.toSorted((a, b) => a[1] - b[1])) {
    open = open.filter((other) => other[3] > box[1]);
    document.source.budget.compare(open.length + 1);
    if (open.some((other) => overlapOf(box, other) > Math.min(areaOf(box), areaOf(other)) * touching)) return true;
    open.push(box);
  }
  return false;
}

function placeOf(document: PdfDocument, item: PdfValue): Box | undefined {
  const dict = document.dict(item);
  if (!dict || isHidden(document, dict)) return undefined;
  const counts = isName(document.resolve(dict.get('Subtype')), 'Link') || isVisible(document, dict);
  const box = counts ? boxOf(document, dict.get('Rect')) : undefined;
  return areaOf(box) > 0 ? box : undefined;
}
