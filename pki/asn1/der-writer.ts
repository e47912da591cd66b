import { generalizedTimeText } from './time.ts';
import { contextConstructed, tags } from './tags.ts';

/** One DER element: identifier, shortest length, then the parts one after another (X.690 §10.1). */
export function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const header = length < 0x80 ? 2 : length < 0x100 ? 3 : length < 0x10000 ? 4 : length < 0x1000000 ? 5 : 6;
  const bytes = cut(header + length);
  bytes[0] = tag;
  if (header === 2) bytes[1] = length;
  else {
    bytes[1] = 0x80 | (header - 2);
    for (let i = header - 1, rest = length; i > 1; i--, rest = Math.floor(rest / 256)) bytes[i] = rest & 0xff;
  }
  let at = header;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Small elements are cut from one block: a buffer for each costs more than filling it, and again when it is collected. */
const blockOctets = 8_192;
const mostCut = 1_024;
let block = new ArrayBuffer(blockOctets);
let used = 0;

function cut(length: number): Uint8Array {
  if (length > mostCut) return new Uint8Array(length);
  if (used + length > blockOctets) {
    block = new ArrayBuffer(blockOctets);
    used = 0;
  }
  const bytes = new Uint8Array(block, used, length);
  used += length;
  return bytes;
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => element(tags.sequence, ...parts);

/** SET OF in DER order: the encodings ascending as octet strings (X.690 §11.6). */
export const setOf = (...members: readonly Uint8Array[]): Uint8Array => element(tags.set, ...members.toSorted((a, b) => Buffer.compare(a, b)));

/** `[n] EXPLICIT`. */
export const explicit = (n: number, ...parts: readonly Uint8Array[]): Uint8Array => element(contextConstructed(n), ...parts);

/** The same contents under another identifier octet: `[n] IMPLICIT`. */
export function retag(tag: number, der: Uint8Array): Uint8Array {
  const copy = der.slice();
  copy[0] = tag;
  return copy;
}

export const boolean = (value: boolean): Uint8Array => Uint8Array.of(tags.boolean, 1, value ? 0xff : 0);

export const derNull = Uint8Array.of(tags.null, 0);

export function integer(value: bigint | number, tag: number = tags.integer): Uint8Array {
  if (typeof value === 'number' && value >= 0 && value < 0x8000_0000) return smallInteger(value, tag);
  const big = BigInt(value);
  if (big >= 0n) {
    const digits = big.toString(16);
    return unsignedInteger(Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex'), tag);
  }
  let octets = 1;
  while (big < -(1n << BigInt(octets * 8 - 1))) octets++;
  const hex = BigInt.asUintN(octets * 8, big).toString(16).padStart(octets * 2, '0');
  return element(tag, Buffer.from(hex, 'hex'));
}

/** Of 31 bits at most; the quick way, and the one that works in a page, where there is no Buffer. */
function smallInteger(value: number, tag: number): Uint8Array {
  const octets = value < 0x80 ? 1 : value < 0x8000 ? 2 : value < 0x80_0000 ? 3 : 4;
  const bytes = new Uint8Array(octets);
  for (let i = octets - 1, rest = value; i >= 0; i--, rest >>= 8) bytes[i] = rest & 0xff;
  return element(tag, bytes);
}

/** A non-negative INTEGER from its magnitude, leading zeros allowed. */
export function unsignedInteger(magnitude: Uint8Array, tag: number = tags.integer): Uint8Array {
  let start = 0;
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++;
  const digits = magnitude.subarray(start);
  if (digits.length === 0) return smallInteger(0, tag);
  return digits[0]! >= 0x80 ? element(tag, Uint8Array.of(0), digits) : element(tag, digits);
}

const oidCache = new Map<string, Uint8Array>();

/** OBJECT IDENTIFIER from its dotted form. The encodings of the few hundred in use are kept. */
export function oid(dotted: string): Uint8Array {
  const known = oidCache.get(dotted);
  if (known) return known;
  const [first, second, ...rest] = dotted.split('.').map(Number) as [number, number, ...number[]];
  const octets: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const digits = [arc % 128];
    for (let high = Math.floor(arc / 128); high > 0; high = Math.floor(high / 128)) digits.unshift((high % 128) | 0x80);
    octets.push(...digits);
  }
  const der = element(tags.oid, Uint8Array.from(octets));
  if (oidCache.size < 1_000) oidCache.set(dotted, der);
  return der;
}

export const octetString = (bytes: Uint8Array, tag: number = tags.octetString): Uint8Array => element(tag, bytes);

export const bitString = (bytes: Uint8Array, unusedBits = 0, tag: number = tags.bitString): Uint8Array =>
  element(tag, Uint8Array.of(unusedBits), bytes);

/** A named-bit BIT STRING without trailing zero bits (X.690 §11.2.2). @param set the positions that are one */
export function namedBits(set: readonly number[], tag: number = tags.bitString): Uint8Array {
  if (set.length === 0) return bitString(new Uint8Array(0), 0, tag);
  const highest = Math.max(...set);
  const bytes = new Uint8Array(Math.floor(highest / 8) + 1);
  for (const bit of set) bytes[bit >> 3]! |= 0x80 >> (bit & 7);
  return bitString(bytes, 7 - (highest & 7), tag);
}

export const utf8String = (text: string): Uint8Array => element(tags.utf8String, Buffer.from(text, 'utf8'));
export const printableString = (text: string): Uint8Array => element(tags.printableString, Buffer.from(text, 'latin1'));
export const ia5String = (text: string, tag: number = tags.ia5String): Uint8Array => element(tag, Buffer.from(text, 'latin1'));

/** UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280 §4.1.2.5); fractions are dropped. */
export function time(at: Date): Uint8Array {
  const text = generalizedTimeText(at);
  const year = at.getUTCFullYear();
  return year >= 1950 && year < 2050
    ? element(tags.utcTime, Buffer.from(text.slice(2), 'latin1'))
    : element(tags.generalizedTime, Buffer.from(text, 'latin1'));
}

export const generalizedTime = (at: Date, tag: number = tags.generalizedTime): Uint8Array =>
  element(tag, Buffer.from(generalizedTimeText(at), 'latin1'));
