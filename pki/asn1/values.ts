import { PkiError } from '../error.ts';
import type { DerElement } from './der-reader.ts';
import { oid as encodeOid } from './der-writer.ts';
import { oids } from './oids.ts';

export interface BitString { unusedBits: number; bytes: Uint8Array }

/** Larger integers occur in no structure we read: a modulus of 16,384 bits is 2,049 octets. */
const maxIntegerOctets = 2_100;

/** Contents octets where they stand. */
type Span = Pick<DerElement, 'source' | 'from' | 'to' | 'offset'>;

/** The contents octets of an INTEGER, checked to be shortest (X.690 §8.3.2). @throws PkiError `asn1-not-der` */
export function integerOctets(element: Span): Uint8Array {
  checkInteger(element);
  return element.source.subarray(element.from, element.to);
}

function checkInteger({ source, from, to, offset }: Span): void {
  if (to === from) throw new PkiError('asn1-not-der', { rule: 'X.690 §8.3.1 integer', offset });
  if (to - from > maxIntegerOctets) throw new PkiError('asn1-number-too-large', { rule: `at most ${maxIntegerOctets} octets`, offset });
  const [first, second] = [source[from]!, source[from + 1]!];
  if (to - from > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw new PkiError('asn1-not-der', { rule: 'X.690 §8.3.2 shortest integer', offset });
  }
}

export function integerOf(element: Span): bigint {
  checkInteger(element);
  const { source, from, to } = element;
  if (to - from <= 4) return BigInt(smallInteger(source, from, to));
  const unsigned = BigInt(`0x${hexOf(source.subarray(from, to))}`);
  return source[from]! < 0x80 ? unsigned : unsigned - (1n << BigInt((to - from) * 8));
}

function smallInteger(source: Uint8Array, from: number, to: number): number {
  let value = (source[from]! << 24) >> 24;
  for (let i = from + 1; i < to; i++) value = (value << 8) | source[i]!;
  return value;
}

/** An INTEGER from 0 to 2^31-1. @throws PkiError `asn1-number-too-large` */
export function numberOf(element: Span): number {
  checkInteger(element);
  const { source, from, to, offset } = element;
  if (source[from]! >= 0x80 || to - from > 4) throw new PkiError('asn1-number-too-large', { rule: '0 to 2^31-1', offset });
  return smallInteger(source, from, to);
}

/** The dotted form of an OBJECT IDENTIFIER (X.690 §8.19). @throws PkiError `asn1-oid-malformed` */
export function oidOf({ source, from, to, offset }: Span): string {
  return knownOid(source, from, to) ?? decodeOid(source, from, to, offset);
}

function decodeOid(source: Uint8Array, from: number, to: number, offset: number): string {
  const malformed = (): PkiError => new PkiError('asn1-oid-malformed', { rule: 'X.690 §8.19', offset });
  if (to === from || to - from > 128 || source[to - 1]! >= 0x80) throw malformed();
  let text = '';
  let arc = 0;
  let starts = true;
  for (let i = from; i < to; i++) {
    const octet = source[i]!;
    if (starts && octet === 0x80) throw malformed();
    arc = arc * 128 + (octet & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER) throw malformed();
    starts = octet < 0x80;
    if (!starts) continue;
    if (text !== '') text += `.${arc}`;
    else text = arc < 80 ? `${Math.floor(arc / 40)}.${arc % 40}` : `2.${arc - 80}`;
    arc = 0;
  }
  return text;
}

interface KnownOid { octets: Uint8Array; text: string }

/** The identifiers that have a name here, by a hash of their octets: nearly all that are met, and their text is made once. */
const knownOids = new Map<number, KnownOid[]>();
for (const text of Object.values(oids)) {
  const octets = encodeOid(text).subarray(2);
  const hash = hashOf(octets, 0, octets.length);
  knownOids.set(hash, [...knownOids.get(hash) ?? [], { octets, text }]);
}

function hashOf(source: Uint8Array, from: number, to: number): number {
  let hash = 0;
  for (let i = from; i < to; i++) hash = (Math.imul(hash, 31) + source[i]!) & 0x3fffffff;
  return hash;
}

function knownOid(source: Uint8Array, from: number, to: number): string | undefined {
  return knownOids.get(hashOf(source, from, to))?.find(({ octets }) => isAt(octets, source, from, to))?.text;
}

function isAt(octets: Uint8Array, source: Uint8Array, from: number, to: number): boolean {
  if (octets.length !== to - from) return false;
  for (let i = 0; i < octets.length; i++) if (octets[i] !== source[from + i]) return false;
  return true;
}

/** The bits of a BIT STRING; the unused ones must be zero (X.690 §11.2.1). @throws PkiError `asn1-not-der` */
export function bitsOf({ source, from, to, offset }: Span): BitString {
  const octets = to - from;
  const unusedBits = source[from]!;
  const malformed = octets === 0 || unusedBits > 7 || (octets === 1 && unusedBits !== 0)
    || (octets > 1 && (source[to - 1]! & ((1 << unusedBits) - 1)) !== 0);
  if (malformed) throw new PkiError('asn1-not-der', { rule: 'X.690 §11.2 bit string', offset });
  return { unusedBits, bytes: source.subarray(from + 1, to) };
}

/** Lower-case hex. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
