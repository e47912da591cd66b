import fc from 'fast-check';
import { DerReader, openSequence, readWhole } from '../../../pki/asn1/der-reader.ts';
import * as der from '../../../pki/asn1/der-writer.ts';
import { checkText, textOf } from '../../../pki/asn1/text.ts';
import { integerOf, oidOf } from '../../../pki/asn1/values.ts';
import { PkiError } from '../../../pki/error.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (b: Uint8Array): string => Buffer.from(b).toString('hex');
const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof PkiError) return error.code;
    throw error;
  }
  return 'accepted';
};

test.each([
  ['a length of the long form that fits the short (X.690 §10.1)', '30810100', 'asn1-not-der'],
  ['a length with a leading zero', '3082000100', 'asn1-not-der'],
  ['an indefinite length', '30800000', 'asn1-not-der'],
  ['a length beyond the end', '300501', 'asn1-truncated'],
  ['no length at all', '30', 'asn1-truncated'],
  ['bytes after the outer object', '300000', 'asn1-trailing-bytes'],
  ['a high tag number', '3f8100', 'asn1-not-der'],
])('refused: %s', (_rule, encoded, code) => {
  expect(refusal(() => readWhole(bytes(encoded)))).toBe(code);
});

test.each([
  ['an integer padded with zero', '02020001', (r: DerReader) => r.integer(), 'asn1-not-der'],
  ['an integer padded with ones', '0202ff80', (r: DerReader) => r.integer(), 'asn1-not-der'],
  ['an empty integer', '0200', (r: DerReader) => r.integer(), 'asn1-not-der'],
  ['a boolean that is neither', '010101', (r: DerReader) => r.boolean(), 'asn1-not-der'],
  ['a bit string whose unused bits are set', '03020101', (r: DerReader) => r.bitString(), 'asn1-not-der'],
  ['a bit string without a count', '0300', (r: DerReader) => r.bitString(), 'asn1-not-der'],
  ['an object identifier that ends in mid-arc', '06022a86', (r: DerReader) => r.oid(), 'asn1-oid-malformed'],
  ['an object identifier with a padded arc', '06032a8001', (r: DerReader) => r.oid(), 'asn1-oid-malformed'],
  ['a null with contents', '050100', (r: DerReader) => r.null(), 'asn1-not-der'],
  ['UTF-8 that is not', '0c02c328', (r: DerReader) => r.text(), 'asn1-string-malformed'],
  ['a UTCTime with an offset', `1711${Buffer.from('260101000000+0700').toString('hex')}`, (r: DerReader) => r.time(), 'asn1-time-malformed'],
  ['the 30th of February', `170d${Buffer.from('260230000000Z').toString('hex')}`, (r: DerReader) => r.time(), 'asn1-time-malformed'],
])('refused: %s', (_rule, encoded, read, code) => {
  expect(refusal(() => read(new DerReader(bytes(encoded))))).toBe(code);
});

test('nesting without end is refused, not followed', () => {
  let nested: Uint8Array = der.derNull;
  for (let i = 0; i < 200; i++) nested = der.sequence(nested);
  let reader = new DerReader(nested);
  expect(refusal(() => { for (;;) reader = reader.sequence(); })).toBe('asn1-too-deep');
});

test('a refusal names the byte, counted from the outermost object', () => {
  const encoded = der.sequence(der.integer(1), der.sequence(der.boolean(true), bytes('020200ff'), bytes('02020001')));
  const inner = openSequence(encoded);
  inner.integer();
  const innermost = inner.sequence();
  innermost.boolean();
  innermost.integer();
  expect(() => innermost.integer()).toThrow(expect.objectContaining({ code: 'asn1-not-der', offset: encoded.length - 4 }));
});

test('UTCTime turns its century at 50 and GeneralizedTime begins at 2050 (RFC 5280 §4.1.2.5)', () => {
  const readBack = (at: string): [number, string] => {
    const encoded = der.time(new Date(at));
    return [encoded[0]!, new DerReader(encoded).time().toISOString()];
  };
  expect(readBack('2049-12-31T23:59:59.000Z')).toEqual([0x17, '2049-12-31T23:59:59.000Z']);
  expect(readBack('2050-01-01T00:00:00.000Z')).toEqual([0x18, '2050-01-01T00:00:00.000Z']);
  expect(readBack('1950-01-01T00:00:00.000Z')).toEqual([0x17, '1950-01-01T00:00:00.000Z']);
});

test.each([
  ['20000229000000Z', '2000-02-29T00:00:00.000Z'], ['00040229000000Z', '0004-02-29T00:00:00.000Z'], ['99991231235959Z', '9999-12-31T23:59:59.000Z'],
  ['20300101000000.5Z', '2030-01-01T00:00:00.500Z'], ['20300101000000.123456789Z', '2030-01-01T00:00:00.123Z'],
  ['20300101000000.50Z', undefined], ['20300101000000.Z', undefined], ['20300101000000.1234567891Z', undefined], ['20300101000000,5Z', undefined],
  ['20300101000000', undefined], ['2030010100000Z', undefined], ['203001010000-1Z', undefined], ['19000229000000Z', undefined],
  ['20300001000000Z', undefined], ['20301301000000Z', undefined], ['20300100000000Z', undefined], ['20300431000000Z', undefined],
  ['20300101240000Z', undefined], ['20300101006000Z', undefined], ['20300101000060Z', undefined],
])('GeneralizedTime %s is %s (X.690 §11.7)', (text, expected) => {
  const encoded = der.element(0x18, Buffer.from(text, 'latin1'));
  const read = (): string => new DerReader(encoded).generalizedTime(true).toISOString();
  if (expected === undefined) expect(refusal(read)).toBe('asn1-time-malformed');
  else expect(read()).toBe(expected);
});

test.each([
  ['UTF8String', 0x0c, 'thử', true], ['UTF8String cut short', 0x0c, 'th\xe1\xbb', false], ['UTF8String with a surrogate', 0x0c, '\xed\xa0\x80', false],
  ['PrintableString', 0x13, 'A-z 09\'', true], ['PrintableString with a quote', 0x13, '"', false], ['IA5String', 0x16, 'a@b\x00', true],
  ['IA5String of eight bits', 0x16, '\x80', false], ['TeletexString', 0x14, '\xe9', true], ['BMPString of odd length', 0x1e, 'abc', false],
  ['UniversalString', 0x1c, '\0\x01\xf6\x00', true], ['UniversalString beyond Unicode', 0x1c, '\0\x11\0\0', false], ['no string', 0x04, '', false],
] as const)('%s: what is checked and what is decoded are the same', (_rule, tag, text, fine) => {
  const element = readWhole(der.element(tag, Buffer.from(text, text === 'thử' ? 'utf8' : 'latin1')));
  expect(refusal(() => checkText(element, tag)) === 'accepted').toBe(fine);
  expect(refusal(() => textOf(element, tag)) === 'accepted').toBe(fine);
});

test('a SET OF is written in ascending order of its encodings (X.690 §11.6)', () => {
  expect(hex(der.setOf(der.integer(300), der.integer(2), der.integer(1)))).toBe('310a0201010201020202012c');
});

test('named bits drop trailing zeros (X.690 §11.2.2)', () => {
  expect(hex(der.namedBits([0, 1]))).toBe('030206c0');
  expect(hex(der.namedBits([5, 6]))).toBe('03020106');
  expect(hex(der.namedBits([]))).toBe('030100');
});

describe('what is written is read back', () => {
  test('integers', () => fc.assert(fc.property(fc.bigInt(), (value) => {
    expect(integerOf(readWhole(der.integer(value)))).toBe(value);
  })));
  test.each([0, 1, 127, 128, 255, 256, 32_767, 32_768, 8_388_607, 8_388_608, 2 ** 31 - 1, 2 ** 31, -1, -129])('the integer %i is written alike as a number and as a bigint', (value) => {
    expect(hex(der.integer(value))).toBe(hex(der.integer(BigInt(value))));
  });
  test('object identifiers', () => fc.assert(fc.property(
    fc.tuple(fc.constantFrom(0, 1, 2), fc.nat(39), fc.array(fc.nat(), { maxLength: 8 })),
    ([first, second, rest]) => {
      const dotted = [first, second, ...rest].join('.');
      expect(oidOf(readWhole(der.oid(dotted)))).toBe(dotted);
    })));
  test('lengths around every boundary', () => {
    for (const length of [0, 127, 128, 255, 256, 65_535, 65_536, 16_777_216]) {
      expect(readWhole(der.octetString(new Uint8Array(length))).content.length).toBe(length);
    }
  });
  test('whatever bytes come, the reader answers or refuses with a code', () => fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (input) => {
    const walk = (reader: DerReader): void => {
      while (!reader.done) {
        const next = reader.any();
        if (next.tag & 0x20) walk(reader.inside(next));
      }
    };
    try {
      walk(new DerReader(input));
    } catch (error) {
      expect(error).toBeInstanceOf(PkiError);
    }
  }), { numRuns: 2_000 }));
});
