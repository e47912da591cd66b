import { PkiError } from '../error.ts';
import type { PdfDocument } from './document.ts';
import { asBuffer, latin1, wholeNumber } from './objects.ts';
import type { Revision } from './revisions.ts';

/** An object that stands in a revision beside another of the same number. */
export interface RepeatedObject { num: number; offset: number; revision: number }

/** Objects that nothing names. A file with more of them was not made by a writer; the rest need not be looked at. */
const enough = 10_000;

/**
 * Objects that the cross-references do not name although they name another of that number in the same revision.
 * A reader that repairs takes the last one it finds, others the one that is named: two readings of one file.
 */
export function findRepeatedObjects(revisions: readonly Revision[]): RepeatedObject[] {
  const document = revisions.at(-1)!.document;
  const named = new Map<number, number>();
  for (const { entries, offset, trailer } of document.sections) {
    for (const [num, entry] of entries) if (entry.kind === 'offset') named.set(entry.offset, num);
    for (const own of [offset, wholeNumber(trailer.get('XRefStm'))]) if (own !== undefined && !named.has(own)) named.set(own, -1);
  }
  let sorted: Float64Array | undefined;
  const repeated: RepeatedObject[] = [];
  const buffer = asBuffer(document.bytes);
  let strays = 0;
  for (let at = buffer.indexOf('obj'); at >= 0 && strays < enough; at = buffer.indexOf('obj', at + 3)) {
    document.source.budget.spend(1);
    const hit = heading(document.bytes, at);
    if (!hit || named.has(hit.offset)) continue;
    const offsets = sorted ??= Float64Array.from(named.keys()).sort();
    if (isNamed(offsets, document.bytes, hit.offset)) continue;
    const end = endAround(document, offsets, named, hit.offset);
    if (end > at) {
      // what stands inside an object, a PDF in a stream for instance, is passed over as a whole
      at = end - 3;
      continue;
    }
    strays++;
    const revision = revisions.find((one) => one.end !== undefined && hit.offset < one.end);
    const own = revision?.document.sections[0]!.entries.get(hit.num);
    if (revision && own && own.kind !== 'free') repeated.push({ num: hit.num, offset: hit.offset, revision: revision.number });
  }
  return repeated;
}

/** White space (ISO 32000-2 Table 1). */
const isSpace = (octet: number | undefined): boolean => octet === 32 || octet === 0 || (octet !== undefined && octet >= 9 && octet <= 13);
const isDigit = (octet: number | undefined): boolean => octet !== undefined && octet >= 0x30 && octet <= 0x39;

/** `num gen ` before an `obj` at this place, read backwards; most of what is found ends `endobj`. */
function heading(bytes: Uint8Array, at: number): { num: number; offset: number } | undefined {
  const least = Math.max(0, at - 32);
  const back = (from: number, accepts: (octet: number | undefined) => boolean): number => {
    let start = from;
    while (start > least && accepts(bytes[start - 1])) start--;
    return start;
  };
  const genEnd = back(at, isSpace);
  const gen = back(genEnd, isDigit);
  const numEnd = back(gen, isSpace);
  const offset = back(numEnd, isDigit);
  if (genEnd === at || gen === genEnd || numEnd === gen || offset === numEnd) return undefined;
  return { num: Number(latin1(bytes.subarray(offset, numEnd))), offset };
}

/** The place of the last offset that is not after `at`. */
function preceding(offsets: Float64Array, at: number): number {
  let [low, high] = [0, offsets.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** An entry may point at the white space before its object. */
function isNamed(offsets: Float64Array, bytes: Uint8Array, at: number): boolean {
  const nearest = offsets[preceding(offsets, at)];
  return nearest !== undefined && (nearest === at || /^[\s\0]{0,16}$/.test(latin1(bytes.subarray(nearest, Math.min(at, nearest + 17)))));
}

/** Where the named object that begins before `at` ends; 0 if there is none. */
function endAround(document: PdfDocument, offsets: Float64Array, named: ReadonlyMap<number, number>, at: number): number {
  const offset = offsets[preceding(offsets, at)];
  const num = offset === undefined ? undefined : named.get(offset);
  if (num === undefined || num < 0) return 0;
  try {
    for (const { entries } of document.sections) {
      const entry = entries.get(num);
      if (entry?.kind === 'offset' && entry.offset === offset) return document.parsedAt(num, entry).end;
    }
    return 0;
  } catch (error) {
    if (error instanceof PkiError && error.code !== 'pdf-too-complex') return 0;
    throw error;
  }
}
