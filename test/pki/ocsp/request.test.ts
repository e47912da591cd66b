import { boolean, explicit, integer, octetString, oid, sequence } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { digestAlgorithmDer } from '../../../pki/keys/algorithm.ts';
import { buildOcspRequest, parseOcspRequest } from '../../../pki/ocsp/request.ts';

const certId = (serial: bigint): Uint8Array => sequence(digestAlgorithmDer('sha1'), octetString(new Uint8Array(20)), octetString(new Uint8Array(20)), integer(serial));
const many = (count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => certId(BigInt(i + 1)));
const withExtension = (...parts: Uint8Array[]): Uint8Array => sequence(sequence(sequence(sequence(certId(1n))), explicit(2, sequence(sequence(...parts)))));

test.each([[1, undefined], [10, undefined], [1, 1], [1, 32], [1, 128]])('%p certificates with a nonce of %p octets', (count, octets) => {
  const nonce = octets === undefined ? undefined : new Uint8Array(octets).fill(9);
  const request = parseOcspRequest(buildOcspRequest({ certIds: many(count), ...(nonce ? { nonce } : {}) }));
  expect(request.certIds.map(({ serialNumber }) => serialNumber)).toEqual(many(count).map((_, i) => BigInt(i + 1)));
  expect(request.nonce).toEqual(nonce);
});

test('a certificate asked for twice is answered once', () => {
  expect(parseOcspRequest(buildOcspRequest({ certIds: [certId(1n), certId(2n), certId(1n)] })).certIds).toHaveLength(2);
});

test('a signature and a requestor are read over', () => {
  const tbs = sequence(explicit(1, explicit(4, sequence())), sequence(sequence(certId(1n))));
  expect(parseOcspRequest(sequence(tbs, explicit(0, sequence(digestAlgorithmDer('sha256'))))).certIds).toHaveLength(1);
});

test.each<[string, Uint8Array, string]>([
  ['no certificate', buildOcspRequest({ certIds: [] }), 'ocsp-malformed'],
  ['eleven certificates', buildOcspRequest({ certIds: many(11) }), 'ocsp-malformed'],
  ['an empty nonce (RFC 9654 §2.1)', buildOcspRequest({ certIds: many(1), nonce: new Uint8Array(0) }), 'ocsp-malformed'],
  ['a nonce of 129 octets (RFC 9654 §2.1)', buildOcspRequest({ certIds: many(1), nonce: new Uint8Array(129) }), 'ocsp-malformed'],
  ['a nonce that is no octet string', withExtension(oid(oids.ocspNonce), octetString(Uint8Array.of(1, 2, 3))), 'asn1-unexpected-tag'],
  ['an unknown critical extension', withExtension(oid('1.2.3'), boolean(true), octetString(new Uint8Array(1))), 'ocsp-critical-extension'],
  ['a serial number of 65 octets', buildOcspRequest({ certIds: [certId(1n << 512n)] }), 'ocsp-malformed'],
  ['version 1 written out', sequence(sequence(explicit(0, integer(0)), sequence(sequence(certId(1n))))), 'ocsp-malformed'],
  ['bytes after it', Buffer.concat([buildOcspRequest({ certIds: many(1) }), Buffer.from([0])]), 'asn1-trailing-bytes'],
  ['4,097 octets', new Uint8Array(4_097), 'ocsp-malformed'],
  ['nothing', new Uint8Array(0), 'asn1-unexpected-tag'],
])('refuses %s', (_what, der, code) => {
  expect(() => parseOcspRequest(der)).toThrow(expect.objectContaining({ code }));
});

test('an unknown extension that is not critical is ignored', () => {
  expect(parseOcspRequest(withExtension(oid('1.2.3'), octetString(new Uint8Array(1)))).nonce).toBeUndefined();
});
