import { element, oid, sequence } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { tags } from '../../../pki/asn1/tags.ts';
import { compareNames, normalizedName } from '../../../pki/name/compare.ts';
import { parseName, type Name } from '../../../pki/name/parse.ts';

const value = (text: string, tag: number = tags.utf8String): Uint8Array =>
  element(tag, tag === tags.bmpString ? Buffer.from(text, 'utf16le').swap16() : Buffer.from(text, 'utf8'));
const name = (...rdns: Uint8Array[][]): Name => parseName(sequence(...rdns.map((rdn) => element(tags.set, ...rdn))));
const common = (text: string, tag?: number): Uint8Array => sequence(oid(oids.commonName), value(text, tag));
const unit = (text: string): Uint8Array => sequence(oid(oids.organizationalUnitName), value(text));

test.each<[string, Name, Name, boolean]>([
  ['case', name([common('Sở Nội vụ')]), name([common('SỞ NỘI VỤ')]), true],
  ['runs of spaces and padding', name([common('  a   b ')]), name([common('a b')]), true],
  ['string types', name([common('abc', tags.printableString)]), name([common('abc', tags.bmpString)]), true],
  ['composed and decomposed letters', name([common('S\u01a1\u0309')]), name([common('S\u1edf')]), true],
  ['soft hyphen and zero width space', name([common('a\u00adb\u200bc')]), name([common('abc')]), true],
  ['another letter', name([common('abc')]), name([common('abd')]), false],
  ['attributes in any order inside one RDN', name([common('a'), unit('b')]), name([unit('b'), common('a')]), true],
  ['RDNs in their order', name([common('a')], [unit('b')]), name([unit('b')], [common('a')]), false],
  ['one RDN is not two', name([common('a'), unit('b')]), name([common('a')], [unit('b')]), false],
  ['no value imitates the separators', name([common('a\n2.5.4.11=b')]), name([common('a')], [unit('b')]), false],
  ['a private use character equals only itself', name([common('\ue000A')]), name([common('\ue000a')]), false],
])('%s (RFC 5280 §7.1): %#', (_rule, a, b, expected) => {
  expect(compareNames(a, b)).toBe(expected);
  expect(normalizedName(a) === normalizedName(b)).toBe(expected);
});
