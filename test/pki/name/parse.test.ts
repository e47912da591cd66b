import fc from 'fast-check';
import { oid, sequence, setOf, utf8String } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { PkiError } from '../../../pki/error.ts';
import { buildName } from '../../../pki/name/build.ts';
import { parseName } from '../../../pki/name/parse.ts';

const cn = sequence(oid(oids.commonName), utf8String('A'));

test.each([
  ['an RDN without an attribute (X.501 §9.3)', sequence(setOf()), 'asn1-not-der'],
  ['65 relative names', sequence(...Array<Uint8Array>(65).fill(setOf(cn))), 'asn1-too-many'],
  ['17 attributes in one', sequence(setOf(...Array<Uint8Array>(17).fill(cn))), 'asn1-too-many'],
  ['an attribute without a value', sequence(setOf(sequence(oid(oids.commonName)))), 'asn1-truncated'],
  ['an attribute with two values', sequence(setOf(sequence(oid(oids.commonName), utf8String('A'), utf8String('B')))), 'asn1-trailing-bytes'],
  ['broken UTF-8', sequence(setOf(sequence(oid(oids.commonName), Uint8Array.of(0x0c, 1, 0xff)))), 'asn1-string-malformed'],
  ['a value with a bare context tag (X.501 §9.2)', sequence(setOf(sequence(oid(oids.commonName), Uint8Array.of(0x8c, 1, 0x41)))), 'asn1-unexpected-tag'],
  ['a string in pieces (X.690 §10.2)', sequence(setOf(sequence(oid(oids.commonName), Uint8Array.of(0x2c, 3, 0x0c, 1, 0x41)))), 'asn1-unexpected-tag'],
  ['something behind', Buffer.concat([sequence(setOf(cn)), Buffer.from([0])]), 'asn1-trailing-bytes'],
])('refused: %s', (_rule, der, code) => {
  expect(() => parseName(der)).toThrow(expect.objectContaining({ code }));
});

test('a spoilt name is read or refused with a code', () => {
  const good = buildName([['C', 'VN'], ['O', 'SỞ NỘI VỤ'], ['CN', 'Nguyễn Văn Ánh']]);
  fc.assert(fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, turn) => {
    const spoilt = Uint8Array.from(good);
    spoilt[at]! ^= turn;
    try {
      parseName(spoilt);
    } catch (error) {
      expect(error).toBeInstanceOf(PkiError);
    }
  }), { numRuns: 500 });
});
