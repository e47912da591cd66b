import { PkiError } from '../error.ts';
import { maxDepth } from '../asn1/der-reader.ts';
import { element } from '../asn1/der-writer.ts';
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
  const { der, end } = new BerWalk(bytes, limits).rewrite(0, bytes.length, 0);
  return { der, consumed: end, changed: true };
}

class BerWalk {
  private readonly bytes: Uint8Array;
  private readonly limits: BerLimits;
  private elements = 0;

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

  rewrite(start: number, limit: number, depth: number): { der: Uint8Array; end: number } {
    if (depth > maxDepth) this.fail('asn1-too-deep', `at most ${maxDepth} levels`, start);
    const { tag, header, length } = this.header(start, limit);
    const from = start + header;
    if ((tag & 0x20) === 0) {
      // only a constructed encoding can end by end-of-contents (X.690 §8.1.3.2)
      if (length === undefined) this.fail('asn1-not-der', 'X.690 §8.1.3.2', start);
      return { der: element(tag, this.bytes.subarray(from, from + length)), end: from + length };
    }
    const parts: Uint8Array[] = [];
    const end = length === undefined ? limit : from + length;
    let at = from;
    while (at < end) {
      if (length === undefined && this.bytes[at] === 0 && this.bytes[at + 1] === 0 && at + 2 <= end) return { der: join(tag, parts, start), end: at + 2 };
      const inner = this.rewrite(at, end, depth + 1);
      parts.push(inner.der);
      at = inner.end;
    }
    if (length === undefined) this.fail('asn1-truncated', 'X.690 §8.1.5 end of contents', at);
    return { der: join(tag, parts, start), end };
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

function join(tag: number, parts: readonly Uint8Array[], offset: number): Uint8Array {
  // not spread: there may be more parts than a call takes arguments
  if (tag !== constructedOctetString) return element(tag, Buffer.concat(parts));
  const pieces = parts.map((part) => {
    if (part[0] !== tags.octetString) throw new PkiError('asn1-not-der', { rule: 'X.690 §8.7.3 pieces of an octet string', offset });
    return contentOf(part);
  });
  return element(tags.octetString, Buffer.concat(pieces));
}

/** The contents octets of an element this file has just written. */
function contentOf(der: Uint8Array): Uint8Array {
  const first = der[1]!;
  return der.subarray(first < 0x80 ? 2 : 2 + (first & 0x7f));
}
