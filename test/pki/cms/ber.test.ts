import fc from 'fast-check';
import { element, integer, octetString, sequence, setOf } from '../../../pki/asn1/der-writer.ts';
import { hexOf } from '../../../pki/asn1/values.ts';
import { normalizeBer } from '../../../pki/cms/ber.ts';
import { PkiError } from '../../../pki/error.ts';

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('normalizeBer', () => {
  test.each([
    ['DER stays as it is', '30 03 02 01 05', '3003020105', 5, false],
    ['what follows is left to the caller', '30 03 02 01 05 00 00', '3003020105', 5, false],
    ['a length without end', '30 80 02 01 05 00 00', '3003020105', 7, true],
    ['a length without end, zeros after it', '30 80 02 01 05 00 00 00 00', '3003020105', 7, true],
    ['nested', '30 80 a0 80 31 80 00 00 00 00 00 00', '3004a0023100', 12, true],
    ['a length longer than need be', '30 81 03 02 01 05', '3003020105', 6, true],
    ['inside only', '30 04 02 81 01 05', '3003020105', 6, true],
    ['an octet string in pieces', '24 80 04 02 01 02 04 01 03 00 00', '0403010203', 11, true],
    ['pieces within pieces', '24 80 24 04 04 02 01 02 04 01 03 00 00', '0403010203', 13, true],
    ['pieces in a definite length', '24 07 04 02 01 02 04 01 03', '0403010203', 9, true],
    ['no pieces at all', '24 80 00 00', '0400', 4, true],
    ['what is inside an octet string is not touched', '30 80 04 04 30 80 00 00 00 00', '3006040430800000', 10, true],
  ])('%s', (_what, ber, der, consumed, changed) => {
    const normalized = normalizeBer(hex(ber));
    expect({ ...normalized, der: hexOf(normalized.der) }).toEqual({ der, consumed, changed });
  });

  test.each([
    ['asn1-truncated', 'no end of contents', '30 80 02 01 05'],
    ['asn1-truncated', 'an element beyond its parent', '30 03 02 02 05'],
    ['asn1-truncated', 'nothing', ''],
    ['asn1-not-der', 'a primitive without end', '04 80 01 00 00'],
    ['asn1-not-der', 'end of contents in a definite length', '30 02 00 00'],
    ['asn1-not-der', 'a high tag number', '3f 81 01 00'],
    ['asn1-not-der', 'a piece that is no octet string', '24 80 02 01 05 00 00'],
    ['asn1-truncated', 'a length of nine octets', '30 89 00 00 00 00 00 00 00 00 01 00'],
    ['asn1-too-deep', 'a nest of lengths without end', '30 80'.repeat(5_000)],
    ['asn1-too-deep', 'a nest of definite lengths', hexOf(Array.from({ length: 70 }).reduce<Uint8Array>((inner) => sequence(inner), integer(1)))],
  ])('%s: %s', (code, _what, ber) => {
    expect(() => normalizeBer(hex(ber))).toThrow(expect.objectContaining({ code }));
  });

  test('bounds the number of elements and the size', () => {
    expect(() => normalizeBer(sequence(...Array.from({ length: 20 }, () => integer(1))), { maxBytes: 1_000, maxElements: 20 })).toThrow('asn1-too-many');
    expect(() => normalizeBer(new Uint8Array(1_001), { maxBytes: 1_000, maxElements: 20 })).toThrow('asn1-too-large');
  });

  test('very many members are no trouble', () => {
    const members = Buffer.concat(Array.from({ length: 200_000 }, () => Buffer.from([5, 0])));
    const ber = Buffer.concat([Buffer.from([0x31, 0x80]), members, Buffer.from([0, 0])]);
    expect(Buffer.compare(normalizeBer(ber).der, element(0x31, members))).toBe(0);
  });

  const tree = fc.letrec<{ node: { der: Uint8Array; ber: Uint8Array } }>((tie) => ({
    node: fc.oneof({ depthSize: 'small' },
      fc.uint8Array({ maxLength: 200 }).map((bytes) => ({
        der: octetString(bytes),
        ber: Buffer.concat([Buffer.from([0x24, 0x80]), octetString(bytes.subarray(0, 7)), octetString(bytes.subarray(7)), Buffer.from([0, 0])]),
      })),
      fc.bigInt({ min: 0n, max: 1n << 80n }).map((value) => ({ der: integer(value), ber: integer(value) })),
      fc.array(tie('node'), { maxLength: 4 }).map((members) => ({
        der: sequence(...members.map(({ der }) => der)),
        ber: Buffer.concat([Buffer.from([0x30, 0x80]), ...members.map(({ ber }) => ber), Buffer.from([0, 0])]),
      })),
      fc.array(tie('node'), { maxLength: 4 }).map((members) => ({
        der: sequence(setOf(...members.map(({ der }) => der))),
        ber: sequence(setOf(...members.map(({ der }) => der))),
      })),
    ),
  })).node;

  test('whatever was written in BER comes back in DER, and DER is its own normal form', () => {
    fc.assert(fc.property(tree, ({ der, ber }) => {
      expect(hexOf(normalizeBer(ber).der)).toBe(hexOf(der));
      expect(normalizeBer(der)).toMatchObject({ changed: false, consumed: der.length });
    }), { numRuns: 300 });
  });

  test('any bytes end in a value or a PkiError', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      try {
        return normalizeBer(bytes).consumed <= bytes.length;
      } catch (error) {
        return error instanceof PkiError;
      }
    }), { numRuns: 2_000 });
  });
});
