import { PkiError } from '../error.ts';
import { textOf } from './text.ts';
import { bitsOf, integerOf, numberOf, oidOf, type BitString } from './values.ts';
import { tags } from './tags.ts';
import { generalizedTimeOf, utcTimeOf } from './time.ts';

/** Deeper than any structure of the PKIX family; a stack of nested lengths ends here. */
export const maxDepth = 64;

/** One element in the bytes it was read from: nothing is copied, and views are made when they are asked for. */
export class DerElement {
  /** the identifier octet: class, constructed bit, number */
  readonly tag: number;
  /** the outermost bytes, where the encoding stands from `start` and its contents octets from `from`, both up to `to` */
  readonly source: Uint8Array;
  readonly start: number;
  readonly from: number;
  readonly to: number;

  constructor(source: Uint8Array, start: number, from: number, to: number) {
    this.tag = source[start]!;
    this.source = source;
    this.start = start;
    this.from = from;
    this.to = to;
  }

  /** the whole encoding, header included */
  get der(): Uint8Array {
    return this.source.subarray(this.start, this.to);
  }

  /** the contents octets */
  get content(): Uint8Array {
    return this.source.subarray(this.from, this.to);
  }

  /** where the encoding starts, counted from the outermost bytes */
  get offset(): number {
    return this.start;
  }
}

/**
 * Reads DER from front to back (X.690 §10, §11): definite minimal lengths, low tag numbers, nothing beyond the end.
 * A structure is left by `end()`, which refuses trailing bytes. Every refusal is a PkiError with the byte offset.
 */
export class DerReader {
  private readonly source: Uint8Array;
  private at: number;
  private readonly limit: number;
  private depth = 0;
  /** the element read last: its encoding and its contents begin here and end at `at` */
  private start = 0;
  private from = 0;

  /** A reader of all the bytes, or of a part of them that keeps its place for error messages. */
  constructor(bytes: Uint8Array, from = 0, to = bytes.length) {
    this.source = bytes;
    this.at = from;
    this.limit = to;
  }

  get done(): boolean {
    return this.at === this.limit;
  }

  get offset(): number {
    return this.at;
  }

  /** The next identifier octet without reading it; undefined at the end. */
  get nextTag(): number | undefined {
    return this.at < this.limit ? this.source[this.at] : undefined;
  }

  fail(code: string, rule: string): never {
    throw new PkiError(code, { rule, offset: this.offset });
  }

  /** The next element, whatever it is. @throws PkiError `asn1-truncated`, `asn1-not-der` */
  any(): DerElement {
    this.advance();
    return this.last();
  }

  /** Steps over the next element and keeps its place. */
  private advance(): void {
    const { source, at, limit } = this;
    if (at + 2 > limit) this.fail('asn1-truncated', 'X.690 §8.1.1');
    if ((source[at]! & 0x1f) === 0x1f) this.fail('asn1-not-der', 'X.690 §8.1.2.4 high tag numbers are not used');
    let length = source[at + 1]!;
    let from = at + 2;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      if (octets === 0 || octets > 4) this.fail('asn1-not-der', 'X.690 §10.1 definite length');
      if (from + octets > limit) this.fail('asn1-truncated', 'X.690 §8.1.3');
      length = 0;
      for (let i = 0; i < octets; i++) length = length * 256 + source[from + i]!;
      if (length < 0x80 || source[from] === 0) this.fail('asn1-not-der', 'X.690 §10.1 shortest length');
      from += octets;
    }
    if (from + length > limit) this.fail('asn1-truncated', 'X.690 §8.1.3');
    this.start = at;
    this.from = from;
    this.at = from + length;
  }

  private last(): DerElement {
    return new DerElement(this.source, this.start, this.from, this.at);
  }

  private expect(tag: number): void {
    if (this.nextTag !== tag) {
      this.fail('asn1-unexpected-tag', `expected ${hexTag(tag)}, found ${this.nextTag === undefined ? 'the end' : hexTag(this.nextTag)}`);
    }
    this.advance();
  }

  /** The next element, which must have this tag. @throws PkiError `asn1-unexpected-tag` */
  read(tag: number): DerElement {
    this.expect(tag);
    return this.last();
  }

  optional(tag: number): DerElement | undefined {
    return this.nextTag === tag ? this.any() : undefined;
  }

  /** A reader of the contents of the next element, which must have this tag. */
  enter(tag: number): DerReader {
    this.expect(tag);
    return this.within(this.from, this.at);
  }

  enterOptional(tag: number): DerReader | undefined {
    return this.nextTag === tag ? this.enter(tag) : undefined;
  }

  sequence(): DerReader {
    return this.enter(tags.sequence);
  }

  set(): DerReader {
    return this.enter(tags.set);
  }

  /** A reader of the contents of an element of this structure that keeps its place and depth in the whole. */
  inside(element: DerElement): DerReader {
    return this.within(element.from, element.to);
  }

  private within(from: number, to: number): DerReader {
    const inner = new DerReader(this.source, from, to);
    inner.depth = this.depth + 1;
    if (inner.depth > maxDepth) inner.fail('asn1-too-deep', `at most ${maxDepth} levels`);
    return inner;
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
    this.expect(tags.boolean);
    const octet = this.source[this.from];
    if (this.at - this.from !== 1 || (octet !== 0 && octet !== 0xff)) this.failAtLast('asn1-not-der', 'X.690 §11.1 boolean');
    return octet === 0xff;
  }

  integer(tag: number = tags.integer): bigint {
    return integerOf(this.read(tag));
  }

  /** A small non-negative integer such as a version or a path length. @throws PkiError `asn1-number-too-large` */
  number(tag: number = tags.integer): number {
    return numberOf(this.read(tag));
  }

  oid(tag: number = tags.oid): string {
    return oidOf(this.read(tag));
  }

  octetString(tag: number = tags.octetString): Uint8Array {
    this.expect(tag);
    return this.source.subarray(this.from, this.at);
  }

  bitString(tag: number = tags.bitString): BitString {
    return bitsOf(this.read(tag));
  }

  null(): void {
    this.expect(tags.null);
    if (this.at !== this.from) this.failAtLast('asn1-not-der', 'X.690 §8.8 null');
  }

  private failAtLast(code: string, rule: string): never {
    throw new PkiError(code, { rule, offset: this.start });
  }

  /** A character string of any of the types of DirectoryString and IA5String. */
  text(): string {
    const element = this.any();
    return textOf(element, element.tag);
  }

  /** UTCTime or GeneralizedTime in the form of RFC 5280 §4.1.2.5. */
  time(): Date {
    const element = this.any();
    if (element.tag === tags.utcTime) return utcTimeOf(element);
    if (element.tag === tags.generalizedTime) return generalizedTimeOf(element, false);
    return this.failAtLast('asn1-unexpected-tag', 'RFC 5280 §4.1.2.5 Time');
  }

  /** GeneralizedTime alone. @param fractions accept a fraction of a second (RFC 3161 §2.4.2) */
  generalizedTime(fractions = false, tag: number = tags.generalizedTime): Date {
    return generalizedTimeOf(this.read(tag), fractions);
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

function hexTag(tag: number): string {
  return `tag 0x${tag.toString(16).padStart(2, '0')}`;
}
