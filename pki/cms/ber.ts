import { PkiError } from '../error.ts';
import { maxDepth } from '../asn1/der-reader.ts';
import { tags } from '../asn1/tags.ts';

export interface BerLimits {
  maxBytes: number;
  maxElements: number;
}

/** A CMS with embedded CRLs of 100,000 entries has half a million elements and a few megabytes. */
export const berLimits: BerLimits = { maxBytes: 64 * 1024 * 1024, maxElements: 2_000_000 };

export interface NormalizedBer {
  /** definite shortest lengths, octet strings in one piece; the very input where it was so already */
  der: Uint8Array;
  /** octets of the input that the one element took; what follows is the caller's to judge */
  consumed: number;
  /** whether anything had to be changed */
  changed: boolean;
}

interface Header { tag: number; header: number; /** undefined: indefinite */ length: number | undefined; shortest: boolean }

/** Where an element may lie, how deep, and whether it is a piece of an octet string. */
interface Place { start: number; limit: number; depth: number; inString: boolean }

const nothing = new Uint8Array(0);

/** 0x24: an OCTET STRING in pieces (X.690 §8.7.3) */
const constructedOctetString = tags.octetString | 0x20;

/**
 * One BER element as DER (X.690 §8.1.3 to §10.1): RFC 5652 §2 allows CMS to be BER, so lengths without end and octet strings
 * in pieces are made whole. Nothing else is repaired: sets are not sorted here and values not touched.
 * @throws PkiError `asn1-truncated`, `asn1-not-der`, `asn1-too-deep`, `asn1-too-many`, `asn1-too-large`
 */
export function normalizeBer(bytes: Uint8Array, limits: BerLimits = berLimits): NormalizedBer {
  if (bytes.length > limits.maxBytes) throw new PkiError('asn1-too-large', { rule: `at most ${limits.maxBytes} octets` });
  const walk = new BerWalk(bytes, limits);
  const definite = walk.definiteEnd();
  if (definite !== undefined) return { der: bytes.subarray(0, definite), consumed: definite, changed: false };
  const { der, end } = new BerWalk(bytes, limits).rewrite();
  return { der, consumed: end, changed: true };
}

class BerWalk {
  private readonly bytes: Uint8Array;
  private readonly limits: BerLimits;
  private elements = 0;
  private readonly parts: Uint8Array[] = [];
  private written = 0;

  constructor(bytes: Uint8Array, limits: BerLimits) {
    this.bytes = bytes;
    this.limits = limits;
  }

  /** The end of the first element if it is definite and shortest all through; undefined if it must be rewritten. */
  definiteEnd(): number | undefined {
    const first = this.header(0, this.bytes.length);
    if (first.length === undefined) return undefined;
    const end = first.header + first.length;
    const open: number[] = [];
    for (let at = 0; at < end;) {
      const depthEnd = open.length === 0 ? end : open[open.length - 1]!;
      const { tag, header, length, shortest } = this.header(at, depthEnd);
      if (length === undefined || !shortest || tag === constructedOctetString) return undefined;
      at += header;
      if ((tag & 0x20) === 0) at += length;
      else {
        if (open.length >= maxDepth) this.fail('asn1-too-deep', `at most ${maxDepth} levels`, at);
        open.push(at + length);
      }
      while (open.length > 0 && open[open.length - 1] === at) open.pop();
    }
    return end;
  }

  /** The first element in DER. Its parts are laid end to end once: a deep nest around a large string costs no more. */
  rewrite(): { der: Uint8Array; end: number } {
    const end = this.append({ start: 0, limit: this.bytes.length, depth: 0, inString: false });
    return { der: Buffer.concat(this.parts), end };
  }

  /** Adds one element to the parts and returns where it ended. Inside an octet string in pieces only contents are added. */
  private append({ start, limit, depth, inString }: Place): number {
    if (depth > maxDepth) this.fail('asn1-too-deep', `at most ${maxDepth} levels`, start);
    const { tag, header, length, shortest } = this.header(start, limit);
    const from = start + header;
    const joins = tag === constructedOctetString;
    if (inString && !joins && tag !== tags.octetString) this.fail('asn1-not-der', 'X.690 §8.7.3 pieces of an octet string', start);
    if ((tag & 0x20) === 0) {
      // only a constructed encoding can end by end-of-contents (X.690 §8.1.3.2)
      if (length === undefined) this.fail('asn1-not-der', 'X.690 §8.1.3.2', start);
      if (!inString && !shortest) this.add(headerOf(tag, length));
      this.add(this.bytes.subarray(shortest && !inString ? start : from, from + length));
      return from + length;
    }
    const slot = inString ? -1 : this.parts.push(nothing) - 1;
    const before = this.written;
    const end = this.appendMembers({ start: from, limit: length === undefined ? limit : from + length, depth: depth + 1, inString: joins }, length === undefined);
    if (slot >= 0) {
      const made = headerOf(joins ? tags.octetString : tag, this.written - before);
      this.parts[slot] = made;
      this.written += made.length;
    }
    return end;
  }

  private appendMembers(place: Place, endless: boolean): number {
    const { bytes } = this;
    let at = place.start;
    while (at < place.limit) {
      if (endless && bytes[at] === 0 && bytes[at + 1] === 0 && at + 2 <= place.limit) return at + 2;
      at = this.append({ ...place, start: at });
    }
    if (endless) this.fail('asn1-truncated', 'X.690 §8.1.5 end of contents', at);
    return at;
  }

  private add(part: Uint8Array): void {
    this.parts.push(part);
    this.written += part.length;
  }

  private header(at: number, limit: number): Header {
    if (++this.elements > this.limits.maxElements) this.fail('asn1-too-many', `at most ${this.limits.maxElements} elements`, at);
    const { bytes } = this;
    if (at + 2 > limit) this.fail('asn1-truncated', 'X.690 §8.1.1', at);
    const tag = bytes[at]!;
    if ((tag & 0x1f) === 0x1f) this.fail('asn1-not-der', 'X.690 §8.1.2.4 high tag numbers are not used', at);
    if (tag === 0) this.fail('asn1-not-der', 'X.690 §8.1.5 end of contents where nothing is open', at);
    const first = bytes[at + 1]!;
    if (first === 0x80) return { tag, header: 2, length: undefined, shortest: false };
    if (first < 0x80) return this.within({ tag, header: 2, length: first, shortest: true }, at, limit);
    const octets = first & 0x7f;
    if (octets > 8 || at + 2 + octets > limit) this.fail('asn1-truncated', 'X.690 §8.1.3', at);
    let length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + bytes[at + 2 + i]!;
    const shortest = length >= 0x80 && bytes[at + 2] !== 0;
    return this.within({ tag, header: 2 + octets, length, shortest }, at, limit);
  }

  private within(header: Header & { length: number }, at: number, limit: number): Header {
    if (at + header.header + header.length > limit) this.fail('asn1-truncated', 'X.690 §8.1.3', at);
    return header;
  }

  private fail(code: string, rule: string, offset: number): never {
    throw new PkiError(code, { rule, offset });
  }
}

/** Identifier and shortest length (X.690 §10.1). */
function headerOf(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest & 0xff);
  return Uint8Array.of(tag, 0x80 | octets.length, ...octets);
}
