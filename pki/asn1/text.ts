import { isUtf8 } from 'node:buffer';
import { PkiError } from '../error.ts';
import type { DerElement } from './der-reader.ts';
import { tags } from './tags.ts';

/** Contents octets where they stand. */
type Span = Pick<DerElement, 'source' | 'from' | 'to' | 'offset'>;

// '*', '@', '&' and '_' are outside the type but common in real names; comparing them is unambiguous
const printable = new Set(Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?*@&_"));
const isPrintable = Uint8Array.from({ length: 256 }, (_, octet) => (printable.has(octet) ? 1 : 0));

const stringTags: ReadonlySet<number> = new Set([
  tags.utf8String, tags.numericString, tags.printableString, tags.teletexString,
  tags.ia5String, tags.visibleString, tags.universalString, tags.bmpString,
]);

/** True for the character string types of X.520 and RFC 5280. */
export const isStringTag = (tag: number): boolean => stringTags.has(tag);

/**
 * Refuses contents that are no string of this type, without making the string.
 * @throws PkiError `asn1-string-malformed`, `asn1-unexpected-tag`
 */
export function checkText({ source, from, to, offset }: Span, tag: number): void {
  const fine = isWellFormed(source, from, to, tag);
  if (fine === undefined) throw new PkiError('asn1-unexpected-tag', { rule: 'a character string', offset });
  if (!fine) throw new PkiError('asn1-string-malformed', { rule: ruleOf(tag), offset });
}

/** @returns undefined if the tag is of no character string */
function isWellFormed(source: Uint8Array, from: number, to: number, tag: number): boolean | undefined {
  switch (tag) {
    case tags.utf8String:
      return isAscii(source, from, to) || isUtf8(source.subarray(from, to));
    case tags.printableString:
      for (let i = from; i < to; i++) if (isPrintable[source[i]!] === 0) return false;
      return true;
    case tags.numericString:
    case tags.ia5String:
    case tags.visibleString:
      return isAscii(source, from, to);
    case tags.teletexString:
      return true;
    case tags.bmpString:
      return (to - from) % 2 === 0;
    case tags.universalString: {
      if ((to - from) % 4 !== 0) return false;
      for (let i = from; i < to; i += 4) if (source[i] !== 0 || source[i + 1]! > 0x10) return false;
      return true;
    }
    default:
      return undefined;
  }
}

function isAscii(source: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (source[i]! >= 0x80) return false;
  return true;
}

function ruleOf(tag: number): string {
  switch (tag) {
    case tags.utf8String: return 'UTF8String';
    case tags.printableString: return 'PrintableString';
    case tags.bmpString: return 'BMPString';
    case tags.universalString: return 'UniversalString';
    default: return 'seven-bit string';
  }
}

/** The characters of a string of this type. @throws PkiError `asn1-string-malformed`, `asn1-unexpected-tag` */
export function textOf(element: Span, tag: number): string {
  checkText(element, tag);
  const { source, from, to } = element;
  const octets = Buffer.from(source.buffer, source.byteOffset + from, to - from);
  switch (tag) {
    case tags.utf8String:
      return octets.toString('utf8');
    case tags.bmpString:
      return Buffer.from(octets).swap16().toString('utf16le');
    case tags.universalString: {
      let text = '';
      for (let i = 0; i < octets.length; i += 4) text += String.fromCodePoint(octets.readUInt32BE(i));
      return text;
    }
    default:
      return octets.toString('latin1');
  }
}
