import { element, explicit, generalizedTime, integer, oid, sequence, time } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { contextConstructed, contextPrimitive, tags } from '../../../pki/asn1/tags.ts';
import { parseTbsCrl } from '../../../pki/crl/parse.ts';
import { buildName } from '../../../pki/name/build.ts';
import { parseName } from '../../../pki/name/parse.ts';
import { extension, makeCrl, makeEntity } from '../../../scripts/make-chain.ts';

const day = new Date('2030-01-01T00:00:00Z');
const issuer = buildName([['CN', 'issuer']]);
const other = buildName([['CN', 'other']]);

interface Parts { version?: Uint8Array[]; entries?: Uint8Array[]; extensions?: Uint8Array[] }

function tbs({ version = [integer(1)], entries, extensions = [extension(oids.crlNumber, false, integer(7))] }: Parts): Uint8Array {
  return sequence(
    ...version, sequence(oid(oids.ecdsaWithSha256)), issuer, time(day), time(day),
    ...(entries ? [sequence(...entries)] : []), ...(extensions.length > 0 ? [explicit(0, sequence(...extensions))] : []),
  );
}

const entry = (serial: bigint, ...extensions: Uint8Array[]): Uint8Array =>
  sequence(integer(serial), time(day), ...(extensions.length > 0 ? [sequence(...extensions)] : []));
const reason = (code: number): Uint8Array => extension(oids.reasonCode, false, Uint8Array.of(tags.enumerated, 1, code));
const of = (name: Uint8Array): Uint8Array => extension(oids.certificateIssuer, true, sequence(element(contextConstructed(4), name)));

test('entries are found by serial number, of any sign and length', () => {
  const serials = [1n, 127n, 128n, 255n, 256n, -1n, 1n << 150n];
  const crl = parseTbsCrl(tbs({ entries: serials.map((serial) => entry(serial)) }));
  expect(crl).toMatchObject({ version: 2, crlNumber: 7n, entryCount: serials.length });
  for (const serial of serials) expect(crl.find(serial)?.serialNumber).toBe(serial);
  for (const serial of [0n, 2n, 65_535n, -2n]) expect(crl.find(serial)).toBeUndefined();
  expect([...crl.entries()].map(({ serialNumber }) => serialNumber)).toEqual(serials);
});

test('an entry whose values cannot be read is found and refused, never missed', () => {
  const crl = parseTbsCrl(tbs({ entries: [entry(1n), entry(2n, reason(7))] }));
  expect(crl.find(1n)).toBeDefined();
  expect(() => crl.find(2n)).toThrow(expect.objectContaining({ code: 'crl-entry-malformed' }));
  expect(() => [...crl.entries()]).toThrow(expect.objectContaining({ code: 'crl-entry-malformed' }));
});

test('what an entry says: reason, invalidity date, unknown critical extensions', () => {
  const crl = parseTbsCrl(tbs({ entries: [
    entry(1n, reason(1), extension(oids.invalidityDate, false, generalizedTime(day))),
    entry(2n, extension('1.2.3', false, Uint8Array.of(5, 0))),
  ] }));
  expect(crl.find(1n)).toMatchObject({ reason: 'keyCompromise', invalidityDate: day, revokedAt: day });
  expect(crl.hasUnknownCriticalEntry).toBe(false);
  expect(parseTbsCrl(tbs({ entries: [entry(1n), entry(2n, extension('1.2.3', true, Uint8Array.of(5, 0)))] })).hasUnknownCriticalEntry).toBe(true);
});

test('certificateIssuer holds for the entries that follow (§5.3.3)', () => {
  const crl = parseTbsCrl(tbs({ entries: [entry(1n), entry(2n, of(other)), entry(3n)] }));
  const found = (serial: bigint, name: Uint8Array): boolean => crl.find(serial, parseName(name)) !== undefined;
  expect([found(1n, issuer), found(2n, issuer), found(3n, issuer)]).toEqual([true, false, false]);
  expect([found(1n, other), found(2n, other), found(3n, other)]).toEqual([false, true, true]);
});

test('an issuing distribution point is decoded; bit 0 of its reasons means nothing (§5.2.5)', () => {
  const idp = sequence(
    element(contextPrimitive(2), Uint8Array.of(0xff)), element(contextPrimitive(3), Uint8Array.of(5, 0xe0)), element(contextPrimitive(4), Uint8Array.of(0xff)),
  );
  const crl = parseTbsCrl(tbs({ extensions: [extension(oids.issuingDistributionPoint, true, idp)] }));
  expect(crl.issuingDistributionPoint).toEqual({
    distributionPoint: undefined, onlyContainsUserCerts: false, onlyContainsCACerts: true, onlySomeReasons: 6, indirectCrl: true, onlyContainsAttributeCerts: false,
  });
});

const flags = (...numbers: number[]): Uint8Array => sequence(...numbers.map((n) => element(contextPrimitive(n), Uint8Array.of(0xff))));

test.each<[string, Parts, string]>([
  ['version 1 with extensions (§5.1.2.1)', { version: [] }, 'crl-malformed'],
  ['version 3', { version: [integer(2)] }, 'crl-malformed'],
  ['an entry that is no SEQUENCE', { entries: [integer(1)] }, 'asn1-unexpected-tag'],
  ['an entry with a long length written longer', { entries: [Uint8Array.of(0x30, 0x81, 3, 2, 1, 1)] }, 'asn1-not-der'],
  ['an entry that ends too early', { entries: [sequence(integer(1))] }, 'asn1-truncated'],
  ['an extension twice (§5.2)', { extensions: [extension('1.2', false, integer(1)), extension('1.2', false, integer(1))] }, 'extension-repeated'],
  ['a negative CRL number (§5.2.3)', { extensions: [extension(oids.crlNumber, false, integer(-1))] }, 'crl-malformed'],
  ['an empty issuing distribution point (§5.2.5)', { extensions: [extension(oids.issuingDistributionPoint, true, sequence())] }, 'crl-malformed'],
  ['only users and only CAs at once (§5.2.5)', { extensions: [extension(oids.issuingDistributionPoint, true, flags(1, 2))] }, 'crl-malformed'],
])('%s is refused', (_what, parts, code) => {
  expect(() => parseTbsCrl(tbs(parts))).toThrow(expect.objectContaining({ code }));
});

test('a reason that is none is refused when the entry is read', () => {
  const crl = parseTbsCrl(tbs({ entries: [entry(1n, reason(7))] }));
  expect(() => crl.find(1n)).toThrow(expect.objectContaining({ code: 'crl-entry-malformed' }));
  expect(crl.find(2n)).toBeUndefined();
});

test('what the builder writes, the parser reads', () => {
  const ca = makeEntity({ subject: 'ca', ca: true });
  const crl = makeCrl(ca, { crlNumber: 5n, entries: [{ serialNumber: Uint8Array.of(9), revokedAt: day, reason: 'superseded' }] });
  expect(crl.find(9n)).toMatchObject({ reason: 'superseded', revokedAt: day });
  expect(crl.irregularities.size).toBe(0);
});
