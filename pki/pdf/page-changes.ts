import { PkiError } from '../error.ts';
import type { Comparison } from './comparison.ts';
import type { PdfDocument } from '../pdf-file/document.ts';
import { isName, limits, type PdfDict, PdfRef, type PdfValue } from '../pdf-file/objects.ts';

export type Box = [number, number, number, number];

/** Larger than any usual signature block or stamp, in parts of the page. */
const largestStamp = 0.25;
/** The same of a field that stood there when it was signed: its place was seen and agreed to, as long as it leaves most of the page. */
const largestField = 0.5;
/** A seal over a third of the signature beside it is the rule for Vietnamese documents (NĐ 30/2020); over half hides it. */
export const hiddenPart = 0.5;

/** The code for a change of each entry of a page that is drawn or shapes what is; entries not named here are `page-changed`. */
const pageCodes: Readonly<Record<string, string>> = {
  Contents: 'page-content-changed', Resources: 'page-resources-changed', MediaBox: 'page-geometry-changed',
  CropBox: 'page-geometry-changed', Rotate: 'page-geometry-changed', UserUnit: 'page-geometry-changed',
};

/** Entries that show nothing: notes of applications, and the order of the tabulator key. */
const silentKeys = new Set(['LastModified', 'PieceInfo', 'Metadata', 'Tabs', 'StructParents']);

/** Compares the page tree; pages may gain the widgets of new signature fields, and annotations where P is 3. */
export function comparePages(comparison: Comparison, a: PdfValue | undefined, b: PdfValue | undefined, drawn: DrawnWidgets): void {
  if (!(a instanceof PdfRef) || !(b instanceof PdfRef) || a.num !== b.num) return comparison.demandSame(a, b, { code: 'page-tree-replaced' });
  const nodes: { ref: PdfRef; box: PdfValue | undefined; depth: number }[] = [{ ref: a, box: undefined, depth: 0 }];
  const visited = new Set<number>();
  for (let node = nodes.pop(); node; node = nodes.pop()) {
    const { ref, depth } = node;
    if (visited.has(ref.num)) continue;
    if (depth > limits.depth) throw new PkiError('pdf-too-deep', { rule: 'ISO 32000-2 §7.7.3.2 the page tree' });
    visited.add(ref.num);
    comparison.governed.add(ref.num);
    const [before, after] = [comparison.old.dict(ref), comparison.now.dict(ref)];
    if (!before || !after) {
      comparison.demandSame(before, after, { code: 'page-replaced', object: ref.num });
      continue;
    }
    const box = before.get('CropBox') ?? before.get('MediaBox') ?? node.box;
    for (const kid of compareKids(comparison, before, after)) nodes.push({ ref: kid, box, depth: depth + 1 });
    compareEntries(comparison, [before, after], ref.num, { drawn, pageArea: areaOf(boxOf(comparison.old, box)) });
  }
}

function compareEntries(comparison: Comparison, [before, after]: [PdfDict, PdfDict], object: number, page: Page): void {
  for (const key of new Set([...before.entries.keys(), ...after.entries.keys()])) {
    const [x, y] = [before.get(key), after.get(key)];
    if (key === 'Kids' || silentKeys.has(key)) continue;
    if (key === 'Annots') compareAnnotations(comparison, [x, y], page);
    else comparison.demandSame(x, y, { code: key === 'Count' ? 'page-count-changed' : pageCodes[key] ?? 'page-changed', detail: key, object, drawn: key in pageCodes });
  }
}

/** The pages and nodes that are in both. */
function compareKids(comparison: Comparison, before: PdfDict, after: PdfDict): PdfRef[] {
  const [a, b] = [comparison.old.array(before.get('Kids')) ?? [], comparison.now.array(after.get('Kids')) ?? []];
  const same = a.length === b.length && a.every((kid, i) => kid instanceof PdfRef && (b[i] as PdfRef | undefined)?.num === kid.num);
  if (!same) {
    const code = b.length > a.length ? 'page-added' : b.length < a.length ? 'page-removed' : 'page-replaced';
    comparison.report({ kind: 'forbidden', level: 'forbidden', code });
  }
  const stay = new Set(b.flatMap((kid) => (kid instanceof PdfRef ? [kid.num] : [])));
  return a.filter((kid): kid is PdfRef => kid instanceof PdfRef && stay.has(kid.num));
}

/** Why the widget of a field shows something new. */
export type DrawnKind = 'signature' | 'form-filling';

/** The widgets that a revision may draw anew, by object number. */
export type DrawnWidgets = ReadonlyMap<number, DrawnKind>;

interface Page { drawn: DrawnWidgets; pageArea: number }

function compareAnnotations(comparison: Comparison, [a, b]: [PdfValue | undefined, PdfValue | undefined], page: Page): void {
  const { old, now } = comparison;
  const before = old.array(a) ?? [];
  const after = now.array(b) ?? [];
  now.source.budget.compare(before.length + after.length);
  const numbers = (items: PdfValue[]): number[] => items.flatMap((item) => (item instanceof PdfRef ? [item.num] : []));
  const [had, has] = [new Set(numbers(before)), new Set(numbers(after))];
  for (const item of before) if (item instanceof PdfRef) compareAnnotation(comparison, item, has);
  // a later annotation is drawn over an earlier one (ISO 32000-2 §12.5.2)
  const stayed = numbers(after).filter((num) => had.has(num));
  if (numbers(before).filter((num) => has.has(num)).some((num, i) => num !== stayed[i])) comparison.report({ ...annotation, code: 'annotations-reordered' });
  const direct = (items: PdfValue[]): PdfValue[] => items.filter((item) => !(item instanceof PdfRef));
  comparison.demandSame(direct(before), direct(after), { ...annotation, code: 'annotation-changed', drawn: true });
  const shown = before.flatMap((item): Shown[] => {
    const dict = old.dict(item);
    return dict && isVisible(old, dict) ? [{ num: item instanceof PdfRef ? item.num : -1, box: boxOf(old, dict.get('Rect'))! }] : [];
  });
  for (const item of after) {
    const dict = item instanceof PdfRef ? now.dict(item) : undefined;
    if (!(item instanceof PdfRef) || !dict) continue;
    const kind = page.drawn.get(item.num);
    if (kind) judgePicture(comparison, { num: item.num, dict, kind, shown }, page.pageArea * (had.has(item.num) ? largestField : largestStamp));
    else if (!had.has(item.num)) addedAnnotation(comparison, item.num, dict);
  }
}

const annotation = { kind: 'annotation', level: 'annotation' } as const;

function compareAnnotation(comparison: Comparison, ref: PdfRef, has: ReadonlySet<number>): void {
  const at = { ...annotation, object: ref.num };
  // a removed widget hides its field; the field's own rule does not see that
  if (!has.has(ref.num)) return comparison.report({ code: 'annotation-removed', ...at, ...(comparison.governed.has(ref.num) && { kind: 'forbidden', level: 'forbidden' }) });
  if (comparison.governed.has(ref.num)) return;
  comparison.governed.add(ref.num);
  const [before, after] = [comparison.old.dict(ref), comparison.now.dict(ref)];
  if (!before || !after) return comparison.demandSame(before, after, { code: 'annotation-changed', ...at });
  for (const key of new Set([...before.entries.keys(), ...after.entries.keys()])) {
    comparison.demandSame(before.get(key), after.get(key), { code: 'annotation-changed', ...at, drawn: key === 'AP' });
  }
}

function addedAnnotation(comparison: Comparison, object: number, dict: PdfDict): void {
  const subtype = comparison.now.resolve(dict.get('Subtype'));
  comparison.report(isName(subtype, 'Widget')
    ? { kind: 'forbidden', level: 'forbidden', code: 'widget-added', object }
    : { ...annotation, code: 'annotation-added', object, detail: nameText(subtype) });
}

interface Shown { num: number; box: Box }
interface Picture { num: number; dict: PdfDict; kind: DrawnKind; shown: readonly Shown[] }

/** Boxes that are compared in the time of a token. */
const boxesPerToken = 8;

/** What a signature made in this revision, or a field filled in it, shows: a stamp beside what is there, or a cover over it. */
function judgePicture(comparison: Comparison, { num, dict, kind, shown }: Picture, largest: number): void {
  const { now } = comparison;
  const box = boxOf(now, dict.get('Rect'));
  if (!isVisible(now, dict) || !box) return;
  const report = (code: string): void => comparison.report({ kind, level: 'form', code, object: num, warning: true });
  if (largest > 0 && areaOf(box) > largest) report('appearance-covers-page');
  now.source.budget.spend(Math.ceil(shown.length / boxesPerToken));
  if (shown.some((other) => other.num !== num && overlapOf(box, other.box) > areaOf(other.box) * hiddenPart)) report('annotation-overlap');
}

const nameText = (value: PdfValue): string => (value !== null && typeof value === 'object' && 'value' in value ? value.value.slice(0, 40) : '');

/** Flags of ISO 32000-2 Table 167. */
const [hidden, print, noView, toggleNoView] = [1 << 1, 1 << 2, 1 << 5, 1 << 8];

/** Whether the flags keep an annotation from being seen at all: what the screen does not show may still be printed, or shown under the pointer. */
export function isHidden(document: PdfDocument, annotation: PdfDict): boolean {
  const flags = document.resolve(annotation.get('F'));
  if (typeof flags !== 'number') return false;
  return (flags & hidden) !== 0 || ((flags & noView) !== 0 && (flags & (print | toggleNoView)) === 0);
}

/** Whether a widget or annotation puts ink on the page: an appearance, an area, not hidden. */
export function isVisible(document: PdfDocument, annotation: PdfDict): boolean {
  if (isHidden(document, annotation)) return false;
  const normal = document.dict(annotation.get('AP'))?.get('N');
  return document.resolve(normal) !== null && areaOf(boxOf(document, annotation.get('Rect'))) > 0;
}

/** A rectangle with its corners in order (ISO 32000-2 §7.9.5); undefined if it is none. */
export function boxOf(document: PdfDocument, value: PdfValue | undefined): Box | undefined {
  const numbers = (document.array(value) ?? []).map(document.resolve);
  if (numbers.length !== 4 || !numbers.every((side) => typeof side === 'number')) return undefined;
  const [a, b, c, d] = numbers as Box;
  return [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
}

export const areaOf = (box: Box | undefined): number => (box ? (box[2] - box[0]) * (box[3] - box[1]) : 0);

/** The area that two boxes share. */
export function overlapOf(a: Box, b: Box): number {
  const [width, height] = [Math.min(a[2], b[2]) - Math.max(a[0], b[0]), Math.min(a[3], b[3]) - Math.max(a[1], b[1])];
  return width > 0 && height > 0 ? width * height : 0;
}
