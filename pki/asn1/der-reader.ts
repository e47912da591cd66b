import { PkiError } from '../error.ts';
import { bitsOf, integerOf, oidOf, textOf, type BitString } from './values.ts';
import { tags } from './tags.ts';
import { parseGeneralizedTime, parseUtcTime } from './time.ts';

/** Deeper than any structure of the PKIX family; a stack of nested lengths ends here. */
export const maxDepth = 64;

/** One element in the bytes it was read from: nothing is copied. */
export interface DerElement {
  /** the identifier octet: class, constructed bit, number */
  tag: number;
  /** the whole encoding, header included */
  der: Uint8Array;
  /** the contents octets */
  content: Uint8Array;
  /** where the encoding starts, counted from the outermost bytes */
  offset: number;
}

/**
 * Reads DER from front to back (X.690 §10, §11): definite minimal lengths, low tag numbers, nothing beyond the end.
 * A structure is left by `end()`, which refuses trailing bytes. Every refusal is a PkiError with the byte offset.
 */
export class DerReader {
  readonly bytes: Uint8Array;
  private at: number;
  private readonly limit: number;
  private readonly base: number;
  private readonly depth: number;

  /** @param base offset of `bytes` in the outermost object, for error messages */
  constructor(bytes: Uint8Array, base = 0, depth = 0) {
    if (depth > maxDepth) throw new PkiError('asn1-too-deep', { rule: `at most ${maxDepth} levels`, offset: base });
    this.bytes = bytes;
    this.at = 0;
    this.limit = bytes.length;
    this.base = base;
    this.depth = depth;
  }

  get done(): boolean {
    return this.at === this.limit;
  }

  get offset(): number {
    return this.base + this.at;
  }

  /** The next identifier octet without reading it; undefined at the end. */
  get nextTag(): number | undefined {
    return this.at < this.limit ? this.bytes[this.at] : undefined;
  }

  fail(code: string, rule: string): never {
    throw new PkiError(code, { rule, offset: this.offset });
  }

  /** The next element, whatever it is. @throws PkiError `asn1-truncated`, `asn1-not-der` */
  any(): DerElement {
    const { bytes, at, limit } = this;
    if (at + 2 > limit) this.fail('asn1-truncated', 'X.690 §8.1.1');
    const tag = bytes[at]!;
    if ((tag & 0x1f) === 0x1f) this.fail('asn1-not-der', 'X.690 §8.1.2.4 high tag numbers are not used');
    let length = bytes[at + 1]!;
    let header = 2;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      if (octets === 0 || octets > 4) this.fail('asn1-not-der', 'X.690 §10.1 definite length');
      if (at + 2 + octets > limit) this.fail('asn1-truncated', 'X.690 §8.1.3');
      length = 0;
      for (let i = 0; i < octets; i++) length = length * 256 + bytes[at + 2 + i]!;
      if (length < 0x80 || bytes[at + 2] === 0) this.fail('asn1-not-der', 'X.690 §10.1 shortest length');
      header += octets;
    }
    const end = at + header + length;
    if (end > limit) this.fail('asn1-truncated', 'X.690 §8.1.3');
    this.at = end;
    return { tag, der: bytes.subarray(at, end), content: bytes.subarray(at + header, end), offset: this.base + at };
  }

  /** The next element, which must have this tag. @throws PkiError `asn1-unexpected-tag` */
  read(tag: number): DerElement {
    if (this.nextTag !== tag) {
      this.fail('asn1-unexpected-tag', `expected ${hexTag(tag)}, found ${this.nextTag === undefined ? 'the end' : hexTag(this.nextTag)}`);
    }
    return this.any();
  }

  optional(tag: number): DerElement | undefined {
    return this.nextTag === tag ? this.any() : undefined;
  }

  /** A reader of the contents of the next element, which must have this tag. */
  enter(tag: number): DerReader {
    return this.inside(this.read(tag));
  }

  enterOptional(tag: number): DerReader | undefined {
    return this.nextTag === tag ? this.inside(this.any()) : undefined;
  }

  sequence(): DerReader {
    return this.enter(tags.sequence);
  }

  set(): DerReader {
    return this.enter(tags.set);
  }

  /** A reader of an element's contents that keeps its place and depth in the whole. */
  inside(element: DerElement): DerReader {
    return new DerReader(element.content, element.offset + element.der.length - element.content.length, this.depth + 1);
  }

  /** Every remaining element. @param most more elements than this are refused */
  all(most = 100_000): DerElement[] {
    const elements: DerElement[] = [];
    while (!this.done) {
      if (elements.length === most) this.fail('asn1-too-many', `at most ${most} elements`);
      elements.push(this.any());
    }
    return elements;
  }

  boolean(): boolean {
    const { content, offset } = this.read(tags.boolean);
    if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) {
      throw new PkiError('asn1-not-der', { rule: 'X.690 §11.1 boolean', offset });
    }
    return content[0] === 0xff;
  }

  integer(tag: number = tags.integer): bigint {
    return integerOf(this.read(tag));
  }

  /** A small non-negative integer such as a version or a path length. @throws PkiError `asn1-number-too-large` */
  number(tag: number = tags.integer): number {
    const element = this.read(tag);
    const value = integerOf(element);
    if (value < 0n || value > 0x7fffffffn) throw new PkiError('asn1-number-too-large', { rule: '0 to 2^31-1', offset: element.offset });
    return Number(value);
  }

  oid(tag: number = tags.oid): string {
    return oidOf(this.read(tag));
  }

  octetString(tag: number = tags.octetString): Uint8Array {
    return this.read(tag).content;
  }

  bitString(tag: number = tags.bitString): BitString {
    return bitsOf(this.read(tag));
  }

  null(): void {
    const { content, offset } = this.read(tags.null);
    if (content.length !== 0) throw new PkiError('asn1-not-der', { rule: 'X.690 §8.8 null', offset });
  }

  /** A character string of any of the types of DirectoryString and IA5String. */
  text(): string {
    return textOf(this.any());
  }

  /** UTCTime or GeneralizedTime in the form of RFC 5280 §4.1.2.5. */
  time(): Date {
    const element = this.any();
    const text = latin1(element.content);
    if (element.tag === tags.utcTime) return parseUtcTime(text, element.offset);
    if (element.tag === tags.generalizedTime) return parseGeneralizedTime(text, false, element.offset);
    throw new PkiError('asn1-unexpected-tag', { rule: 'RFC 5280 §4.1.2.5 Time', offset: element.offset });
  }

  /** GeneralizedTime alone. @param fractions accept a fraction of a second (RFC 3161 §2.4.2) */
  generalizedTime(fractions = false, tag: number = tags.generalizedTime): Date {
    const element = this.read(tag);
    return parseGeneralizedTime(latin1(element.content), fractions, element.offset);
  }

  /** Leaves the structure. @throws PkiError `asn1-trailing-bytes` */
  end(): void {
    if (!this.done) this.fail('asn1-trailing-bytes', 'nothing may follow');
  }
}

/** Reads exactly one element that fills all the bytes. @throws PkiError `asn1-trailing-bytes` */
export function readWhole(bytes: Uint8Array, tag?: number): DerElement {
  const reader = new DerReader(bytes);
  const element = tag === undefined ? reader.any() : reader.read(tag);
  reader.end();
  return element;
}

/** A reader inside the one SEQUENCE that fills all the bytes. */
export function openSequence(bytes: Uint8Array): DerReader {
  const reader = new DerReader(bytes);
  const inner = reader.sequence();
  reader.end();
  return inner;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function hexTag(tag: number): string {
  return `tag 0x${tag.toString(16).padStart(2, '0')}`;
}
