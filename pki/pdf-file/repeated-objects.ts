import { PkiError } from '../error.ts';
import type { PdfDocument } from './document.ts';
import { latin1, wholeNumber } from './objects.ts';
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
  const offsets = Float64Array.from(named.keys()).sort();
  const repeated: RepeatedObject[] = [];
  const buffer = Buffer.from(document.bytes.buffer, document.bytes.byteOffset, document.bytes.byteLength);
  let strays = 0;
  for (let at = buffer.indexOf('obj'); at >= 0 && strays < enough; at = buffer.indexOf('obj', at + 3)) {
    document.source.budget.spend(1);
    const hit = heading(document.bytes, at);
    if (!hit || isNamed(offsets, document.bytes, hit.offset)) continue;
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

/** `num gen ` before an `obj` at this place. */
function heading(bytes: Uint8Array, at: number): { num: number; offset: number } | undefined {
  const match = /(\d{1,10})[\s\0]+\d{1,5}[\s\0]+$/.exec(latin1(bytes.subarray(Math.max(0, at - 32), at)));
  return match ? { num: Number(match[1]), offset: at - match[0].length } : undefined;
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
