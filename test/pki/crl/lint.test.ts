import {
  boolean, element, explicit, generalizedTime, integer, octetString, oid, sequence, time,
} from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { buildTbsCrl } from '../../../pki/crl/build.ts';
import { encodeCrlEntry, packCrlEntries } from '../../../pki/crl/entry.ts';
import { crlRules, lintCrl, type CrlLintContext } from '../../../pki/crl/lint.ts';
import { signatureAlgorithmDer } from '../../../pki/keys/algorithm.ts';
import { buildName } from '../../../pki/name/build.ts';
import { makeHolder, now, type Holder } from '../certificates.ts';
import fc from 'fast-check';
import { PkiError } from '../../../pki/error.ts';
import { mutated } from '../mutation.ts';

const later = new Date('2026-06-02T08:00:00Z');
const hex = (text: string): Uint8Array => Buffer.from(text, 'hex');
let ca: Holder;
let responder: Holder;
beforeAll(async () => {
  ca = await makeHolder({ profile: 'root-ca', name: 'CA' });
  responder = await makeHolder({ profile: 'ocsp-responder', name: 'OCSP', issuer: ca });
});

interface Parts {
  version?: Uint8Array;
  algorithm?: Uint8Array;
  issuer?: Uint8Array;
  thisUpdate?: Uint8Array;
  nextUpdate?: Uint8Array;
  list?: Uint8Array;
  extensions?: Uint8Array[];
}

const extension = (id: string, value: Uint8Array, critical = false): Uint8Array =>
  sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value));
const aki = (): Uint8Array => extension(oids.authorityKeyIdentifier, sequence(octetString(ca.certificate.subjectKeyIdentifier!, 0x80)));
const number = (value: bigint): Uint8Array => extension(oids.crlNumber, integer(value));
const withExtension = (...more: Uint8Array[]): Parts => ({ extensions: [aki(), number(7n), ...more] });
const withEntries = (...entries: Uint8Array[]): Parts => ({ list: sequence(...entries) });
const none = new Uint8Array(0);

/** A TBSCertList with any part replaced, right otherwise. */
function tbsWith({ version, algorithm, issuer, thisUpdate, nextUpdate, list, extensions }: Parts): Uint8Array {
  return sequence(
    version ?? integer(1),
    algorithm ?? signatureAlgorithmDer('ecdsa-sha256'),
    issuer ?? ca.certificate.subject.der,
    thisUpdate ?? time(now),
    nextUpdate ?? time(later),
    list ?? sequence(encodeCrlEntry({ serialNumber: Uint8Array.of(5), revokedAt: now, reason: 'superseded' })),
    explicit(0, sequence(...(extensions ?? [aki(), number(7n)]))),
  );
}

const entry = (serial: string, when: string, extensions = ''): Uint8Array => {
  const content = Buffer.concat([element(2, hex(serial)), hex(when), extensions === '' ? none : sequence(hex(extensions))]);
  return element(0x30, content);
};
const utc = '170d3236303630313038303030305a';
const reason = (code: string): string => `300a0603551d1504030a01${code}`;
const scope = (value: string): Parts => withExtension(extension(oids.issuingDistributionPoint, hex(value), true));
const generalized = (text: string): string => `180f${Buffer.from(text).toString('hex')}`;

/** One bad sample for every rule: rule, what is wrong, the sample. */
const bad: [id: string, what: string, parts: () => Parts, context?: () => Partial<CrlLintContext>][] = [
  ['crl-version', 'version 1 written as absent', () => ({ version: none })],
  ['crl-version', 'version 3', () => ({ version: integer(2) })],
  ['crl-algorithm', 'another algorithm inside', () => ({ algorithm: signatureAlgorithmDer('ecdsa-sha384') })],
  ['crl-algorithm-key', 'an RSA scheme for an EC key', () => ({ algorithm: signatureAlgorithmDer('rsa-sha256') }), () => ({ scheme: 'rsa-sha256' })],
  ['crl-issuer', 'another name', () => ({ issuer: buildName([['CN', 'CA']]) })],
  ['crl-issuer', 'the empty name', () => ({ issuer: sequence() })],
  ['crl-issuer-usage', 'an issuer without cRLSign', () => ({ issuer: responder.certificate.subject.der }), () => ({ issuer: responder.certificate })],
  ['crl-time-type', 'GeneralizedTime before 2050', () => ({ thisUpdate: generalizedTime(now) })],
  ['crl-next-update', 'no nextUpdate', () => ({ nextUpdate: none })],
  ['crl-update-order', 'nextUpdate is thisUpdate', () => ({ nextUpdate: time(now) })],
  ['crl-issuer-validity', 'before the issuer began', () => ({ thisUpdate: time(new Date('2026-05-30T00:00:00Z')) })],
  ['crl-extension-known', 'an extension we never write', () => withExtension(extension('1.2.3', integer(1)))],
  ['crl-extension-critical', 'a critical CRL number', () => ({ extensions: [aki(), extension(oids.crlNumber, integer(7), true)] })],
  ['crl-extension-critical', 'a delta indicator that is not critical', () => withExtension(extension(oids.deltaCrlIndicator, integer(5)))],
  ['crl-extension-repeated', 'two CRL numbers', () => withExtension(number(8n))],
  ['crl-authority-key', 'no key identifier', () => ({ extensions: [number(7n)] })],
  ['crl-authority-key', 'another key', () => ({ extensions: [extension(oids.authorityKeyIdentifier, sequence(octetString(new Uint8Array(20), 0x80))), number(7n)] })],
  ['crl-number', 'no number', () => ({ extensions: [aki()] })],
  ['crl-number', 'a negative number', () => ({ extensions: [aki(), number(-1n)] })],
  ['crl-number', 'more than 20 octets', () => ({ extensions: [aki(), number(1n << 160n)] })],
  ['crl-number-rises', 'the number before', () => ({}), () => ({ previousNumber: 7n })],
  ['crl-delta-base', 'a base that is not before', () => withExtension(extension(oids.deltaCrlIndicator, integer(7), true))],
  ['crl-delta-freshest', 'a delta pointing to a delta', () => withExtension(extension(oids.deltaCrlIndicator, integer(5), true), extension(oids.freshestCrl, sequence()))],
  ['crl-scope', 'an empty distribution point', () => scope('3000')],
  ['crl-scope', 'user and CA certificates both', () => scope('30068101ff8201ff')],
  ['crl-scope', 'a FALSE written out', () => scope('3003810100')],
  ['crl-scope', 'attribute certificates', () => scope('30038501ff')],
  ['crl-expired-certificates', 'a cutoff after thisUpdate', () => withExtension(extension(oids.expiredCertsOnCrl, generalizedTime(later)))],
  ['crl-entries-not-empty', 'an empty list', () => withEntries()],
  ['crl-entry-form', 'an entry that is no SEQUENCE', () => withEntries(integer(5))],
  ['crl-entry-form', 'an empty list of extensions', () => withEntries(entry('05', `${utc}3000`))],
  ['crl-entry-form', 'bytes after the extensions', () => withEntries(element(0x30, hex(`020105${utc}300c${reason('01')}0500`)))],
  ['crl-entry-form', 'a reason that is no ENUMERATED', () => withEntries(entry('05', utc, '300a0603551d150403020101'))],
  ['crl-entry-serial', 'zero', () => withEntries(entry('00', utc))],
  ['crl-entry-serial', 'negative', () => withEntries(entry('80', utc))],
  ['crl-entry-serial', 'a padded one', () => withEntries(entry('0005', utc))],
  ['crl-entry-serial', '21 octets', () => withEntries(entry('01'.repeat(21), utc))],
  ['crl-entry-repeated', 'the same serial twice', () => withEntries(entry('05', utc), entry('06', utc), entry('05', utc))],
  ['crl-entry-time', '30 February', () => withEntries(entry('05', '170d3236303233303038303030305a'))],
  ['crl-entry-time', 'a time without seconds', () => withEntries(entry('050505', '170b323630363031303830305a'))],
  ['crl-entry-time', 'GeneralizedTime before 2050', () => withEntries(entry('05', generalized('20260601080000Z')))],
  ['crl-entry-future', 'revoked after thisUpdate', () => withEntries(entry('05', utc), entry('06', '170d3236303630313038303030315a'))],
  ['crl-entry-reason-unspecified', 'unspecified written out', () => withEntries(entry('05', utc, reason('00')))],
  ['crl-entry-reason-known', 'code 7', () => withEntries(entry('05', utc, reason('07')))],
  ['crl-entry-reason-removed', 'removeFromCRL in a complete CRL', () => withEntries(entry('05', utc, reason('08')))],
  ['crl-entry-invalidity-date', 'a UTCTime', () => withEntries(entry('05', utc, '30160603551d18040f170d3236303630313038303030305a'))],
  ['crl-entry-extension', 'a reason twice', () => withEntries(entry('05', utc, reason('01') + reason('01')))],
  ['crl-entry-extension', 'one we never write', () => withEntries(entry('05', utc, '300a0603551d1d04033001ff'))],
];

const lint = (parts: Parts, context: Partial<CrlLintContext> = {}): unknown =>
  lintCrl(tbsWith(parts), { issuer: ca.certificate, scheme: 'ecdsa-sha256', ...context });

describe('lintCrl', () => {
  test.each(bad)('%s stops %s', (id, _what, parts, ...[context]) => {
    expect(() => lint(parts(), context?.())).toThrow(expect.objectContaining({ code: 'lint-failed', rule: expect.stringMatching(new RegExp(`(^|, )${id}($|,)`)) }));
  });

  test.each<[string, () => Parts, Partial<CrlLintContext>?]>([
    ['a complete CRL', () => ({})],
    ['the first of its CA', () => ({ extensions: [aki(), number(0n)] })],
    ['the next number', () => ({}), { previousNumber: 6n }],
    ['a number of 20 octets', () => ({ extensions: [aki(), number((1n << 159n) - 1n)] })],
    ['a delta with a removed hold', () => ({ ...withExtension(extension(oids.deltaCrlIndicator, integer(5), true)), ...withEntries(entry('05', utc, reason('08'))) })],
    ['a shard', () => scope('3014a00fa00d860b687474703a2f2f612f622f8101ff')],
    ['no list', () => ({ list: none })],
  ])('passes %s', (_what, parts, ...[context]) => {
    expect(lint(parts(), context)).toMatchObject({ kind: 'crl', findings: [] });
  });

  test('every rule has a bad sample', () => {
    expect(new Set(bad.map(([id]) => id))).toEqual(new Set(crlRules.map(({ id }) => id)));
  });

  test('finds one repeated serial among thousands, and none where there is none', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => ({ serialNumber: hex((i * 7919 + 1).toString(16).padStart(32, '0')), revokedAt: now }));
    const order = {
      scheme: 'ecdsa-sha256', issuer: ca.certificate.subject.der, thisUpdate: now, nextUpdate: later, crlNumber: 7n,
      authorityKeyIdentifier: ca.certificate.subjectKeyIdentifier!,
    } as const;
    const context = { issuer: ca.certificate, scheme: 'ecdsa-sha256' } as const;
    expect(lintCrl(buildTbsCrl({ ...order, entries: packCrlEntries(many) }), context).findings).toEqual([]);
    expect(() => lintCrl(buildTbsCrl({ ...order, entries: packCrlEntries([...many, many[12_345]!]) }), context)).toThrow('crl-entry-repeated');
  });

  test('a list of tiny malformed entries ends', () => {
    expect(() => lint(withEntries(...Array.from({ length: 5_000 }, () => hex('300402001700'))))).toThrow('lint-failed');
  });
});

test('mutated CRLs are passed or stopped by a PkiError', () => {
  const entries = packCrlEntries(Array.from({ length: 5 }, (_, i) => ({ serialNumber: Uint8Array.of(i + 1), revokedAt: now, reason: 'superseded' as const, invalidityDate: now })));
  const tbs = tbsWith({ list: sequence(entries) });
  fc.assert(fc.property(mutated(tbs), (bytes) => {
    try {
      lintCrl(bytes, { issuer: ca.certificate, scheme: 'ecdsa-sha256' });
    } catch (error) {
      expect(error).toBeInstanceOf(PkiError);
    }
  }), { numRuns: 2_000 });
});
