import { PkiError } from '../error.ts';
import type { DerElement } from './der-reader.ts';
import { tags } from './tags.ts';

export interface BitString { unusedBits: number; bytes: Uint8Array }

/** Larger integers occur in no structure we read: a modulus of 16,384 bits is 2,049 octets. */
const maxIntegerOctets = 2_100;

/** The contents octets of an INTEGER, checked to be shortest (X.690 §8.3.2). @throws PkiError `asn1-not-der` */
export function integerOctets({ content, offset }: Pick<DerElement, 'content' | 'offset'>): Uint8Array {
  if (content.length === 0) throw new PkiError('asn1-not-der', { rule: 'X.690 §8.3.1 integer', offset });
  if (content.length > maxIntegerOctets) throw new PkiError('asn1-number-too-large', { rule: `at most ${maxIntegerOctets} octets`, offset });
  const [first, second] = content as unknown as [number, number | undefined];
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw new PkiError('asn1-not-der', { rule: 'X.690 §8.3.2 shortest integer', offset });
  }
  return content;
}

export function integerOf(element: Pick<DerElement, 'content' | 'offset'>): bigint {
  const octets = integerOctets(element);
  const unsigned = BigInt(`0x${hexOf(octets)}`);
  return octets[0]! < 0x80 ? unsigned : unsigned - (1n << BigInt(octets.length * 8));
}

/** The dotted form of an OBJECT IDENTIFIER (X.690 §8.19). @throws PkiError `asn1-oid-malformed` */
export function oidOf({ content, offset }: Pick<DerElement, 'content' | 'offset'>): string {
  const malformed = (): PkiError => new PkiError('asn1-oid-malformed', { rule: 'X.690 §8.19', offset });
  if (content.length === 0 || content.length > 128 || content[content.length - 1]! >= 0x80) throw malformed();
  let text = '';
  let arc = 0;
  let starts = true;
  for (const octet of content) {
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

/** The bits of a BIT STRING; the unused ones must be zero (X.690 §11.2.1). @throws PkiError `asn1-not-der` */
export function bitsOf({ content, offset }: Pick<DerElement, 'content' | 'offset'>): BitString {
  const unusedBits = content[0];
  const malformed = unusedBits === undefined || unusedBits > 7 || (content.length === 1 && unusedBits !== 0)
    || (content.length > 1 && (content[content.length - 1]! & ((1 << unusedBits) - 1)) !== 0);
  if (malformed) throw new PkiError('asn1-not-der', { rule: 'X.690 §11.2 bit string', offset });
  return { unusedBits, bytes: content.subarray(1) };
}

/** The characters of a string type of X.520 or RFC 5280. @throws PkiError `asn1-string-malformed` */
export function textOf({ tag, content, offset }: Pick<DerElement, 'tag' | 'content' | 'offset'>): string {
  const malformed = (rule: string): PkiError => new PkiError('asn1-string-malformed', { rule, offset });
  const buffer = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  switch (tag) {
    case tags.utf8String:
      try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
      } catch {
        throw malformed('UTF8String');
      }
    case tags.printableString: {
      const text = buffer.toString('latin1');
      // '*', '@', '&' and '_' are outside the type but common in real names; comparing them is unambiguous
      if (!/^[A-Za-z0-9 '()+,\-./:=?*@&_]*$/.test(text)) throw malformed('PrintableString');
      return text;
    }
    case tags.numericString:
    case tags.ia5String:
    case tags.visibleString: {
      const text = buffer.toString('latin1');
      if (/[\u0080-\u00ff]/.test(text)) throw malformed('seven-bit string');
      return text;
    }
    case tags.teletexString:
      return buffer.toString('latin1');
    case tags.bmpString: {
      if (content.length % 2 !== 0) throw malformed('BMPString');
      return Buffer.from(buffer).swap16().toString('utf16le');
    }
    case tags.universalString: {
      if (content.length % 4 !== 0) throw malformed('UniversalString');
      let text = '';
      for (let i = 0; i < buffer.length; i += 4) {
        const point = buffer.readUInt32BE(i);
        if (point > 0x10ffff) throw malformed('UniversalString');
        text += String.fromCodePoint(point);
      }
      return text;
    }
    default:
      throw new PkiError('asn1-unexpected-tag', { rule: 'a character string', offset });
  }
}

/** Lower-case hex. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
