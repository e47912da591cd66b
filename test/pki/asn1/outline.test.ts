import { bitString, boolean, element, explicit, generalizedTime, integer, namedBits, octetString, oid, sequence, time, utf8String } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { outlineDer, type OutlineNode } from '../../../pki/asn1/outline.ts';
import { PkiError } from '../../../pki/error.ts';

const at = new Date('2026-03-01T08:00:00Z');

/** Indented lines, as a person reads them. */
const lines = (node: OutlineNode, depth = 0): string[] =>
  [`${'  '.repeat(depth)}${node.tag}${node.value === undefined ? '' : ` ${node.value}`}`.trimEnd(), ...node.children.flatMap((child) => lines(child, depth + 1))];

test.each([
  ['a small number', integer(-300), 'INTEGER -300'],
  ['a large number, as octets', integer(1n << 80n), 'INTEGER 01 00 00 00 00 00 00 00 00 00 00'],
  ['an identifier with its name', oid(oids.keyUsage), 'OBJECT IDENTIFIER 2.5.29.15 keyUsage'],
  ['an identifier nobody named', oid('1.3.6.1.4.1.99999.1'), 'OBJECT IDENTIFIER 1.3.6.1.4.1.99999.1'],
  ['true', boolean(true), 'BOOLEAN TRUE'],
  ['nothing', element(0x05), 'NULL'],
  ['Vietnamese', utf8String('Nguyễn Văn A'), 'UTF8String Nguyễn Văn A'],
  ['a time', time(at), 'UTCTime 2026-03-01T08:00:00.000Z'],
  ['a long time', generalizedTime(at), 'GeneralizedTime 2026-03-01T08:00:00.000Z'],
  ['named bits', namedBits([0, 1]), 'BIT STRING 11'],
  ['a string that is none', element(0x0c, Uint8Array.of(0xff)), 'UTF8String ff'],
  ['a structure whose inside is none', element(0x30, Uint8Array.of(0x30, 5)), 'SEQUENCE 30 05'],
  ['a context tag', element(0x86, Uint8Array.of(1, 2)), '[6] 01 02'],
])('%s', (_what, der, expected) => {
  expect(lines(outlineDer(der).root)).toEqual([expected]);
});

test('structures, and what an OCTET STRING or BIT STRING wraps, are opened; places and lengths are true', () => {
  const der = sequence(explicit(0, integer(2)), octetString(sequence(boolean(true))), bitString(sequence(integer(65_537))), octetString(Uint8Array.of(0x30, 0x05, 1)), octetString(octetString(Uint8Array.of(0xaa))));
  const { root, cut } = outlineDer(der);
  expect(cut).toBe(false);
  expect(lines(root)).toEqual([
    'SEQUENCE', '  [0]', '    INTEGER 2', '  OCTET STRING', '    SEQUENCE', '      BOOLEAN TRUE', '  BIT STRING', '    SEQUENCE', '      INTEGER 65537', '  OCTET STRING 30 05 01', '  OCTET STRING', '    OCTET STRING aa',
  ]);
  const inner = root.children[1]!.children[0]!;
  expect({ offset: inner.offset, octets: [...der.subarray(inner.offset, inner.offset + inner.headerOctets + inner.contentOctets)] }).toEqual({ offset: 9, octets: [0x30, 3, 1, 1, 0xff] });
});

test('a thousand elements and a hundred levels are cut, and said to be', () => {
  const wide = outlineDer(sequence(...Array.from({ length: 1_000 }, () => integer(1))), { maxNodes: 100 });
  expect([wide.root.children.length, wide.cut]).toEqual([99, true]);
  let deep = integer(1);
  for (let i = 0; i < 100; i++) deep = sequence(deep);
  const cut = outlineDer(deep, { maxDepth: 10 });
  expect([lines(cut.root).length, cut.cut]).toEqual([10, true]);
});

test('long values end with a sign that they go on', () => {
  expect(outlineDer(octetString(new Uint8Array(100)), { maxValueOctets: 4 }).root.value).toBe('00 00 00 00 …');
  expect(outlineDer(utf8String('x'.repeat(100)), { maxValueOctets: 4 }).root.value).toBe('xxxx…');
});

test.each([
  ['a length beyond the end', Uint8Array.of(0x30, 5, 1), 'asn1-truncated'],
  ['something after it', Uint8Array.of(0x05, 0, 0), 'asn1-trailing-bytes'],
  ['an indefinite length', Uint8Array.of(0x30, 0x80, 0, 0), 'asn1-not-der'],
  ['nothing', new Uint8Array(0), 'asn1-truncated'],
])('%s is refused', (_what, bytes, code) => {
  expect(() => outlineDer(bytes)).toThrow(expect.objectContaining({ code }) as PkiError);
});
