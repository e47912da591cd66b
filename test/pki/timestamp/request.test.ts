import { boolean, explicit, integer, octetString, oid, sequence } from '../../../pki/asn1/der-writer.ts';
import { digestAlgorithmDer, type Digest } from '../../../pki/keys/algorithm.ts';
import { PkiError } from '../../../pki/error.ts';
import { buildTimestampRequest, parseTimestampRequest, type TimestampRequest } from '../../../pki/timestamp/request.ts';
import { failInfoOf, type FailInfo } from '../../../pki/timestamp/response.ts';

const imprint = (octets: number, digest: Digest = 'sha256'): Uint8Array => sequence(digestAlgorithmDer(digest), octetString(new Uint8Array(octets)));

test.each<[string, TimestampRequest]>([
  ['the imprint alone', { imprint: { digest: 'sha256', value: new Uint8Array(32) }, certReq: false }],
  ['everything', { imprint: { digest: 'sha512', value: new Uint8Array(64).fill(7) }, policy: '1.2.3', nonce: 1n << 63n, certReq: true }],
  ['a negative nonce', { imprint: { digest: 'sha3-256', value: new Uint8Array(32) }, nonce: -5n, certReq: true }],
])('%s comes back as it was asked', (_what, request) => {
  expect(parseTimestampRequest(buildTimestampRequest(request))).toEqual(request);
});

test.each<[string, Uint8Array, string, FailInfo]>([
  ['version 2', sequence(integer(2), imprint(32)), 'timestamp-version', 'badRequest'],
  ['SHA-1', sequence(integer(1), imprint(20, 'sha1')), 'timestamp-digest-refused', 'badAlg'],
  ['MD5', sequence(integer(1), imprint(16, 'md5')), 'timestamp-digest-refused', 'badAlg'],
  ['an unknown digest', sequence(integer(1), sequence(sequence(oid('1.2.3')), octetString(new Uint8Array(32)))), 'timestamp-digest-unknown', 'badAlg'],
  ['a digest cut short', sequence(integer(1), imprint(31)), 'timestamp-malformed', 'badDataFormat'],
  ['a digest too long', sequence(integer(1), imprint(33)), 'timestamp-malformed', 'badDataFormat'],
  ['digest parameters', sequence(integer(1), sequence(sequence(oid('2.16.840.1.101.3.4.2.1'), integer(1)), octetString(new Uint8Array(32)))), 'timestamp-malformed', 'badDataFormat'],
  ['an extension', sequence(integer(1), imprint(32), explicit(0, sequence(oid('1.2.3'), octetString(new Uint8Array(1))))), 'timestamp-extension', 'unacceptedExtension'],
  ['a nonce of 65 octets', sequence(integer(1), imprint(32), integer(1n << 512n)), 'timestamp-malformed', 'badDataFormat'],
  ['fields out of order', sequence(integer(1), imprint(32), boolean(true), integer(5)), 'asn1-trailing-bytes', 'badDataFormat'],
  ['too many bytes', new Uint8Array(2_049), 'timestamp-malformed', 'badDataFormat'],
  ['bytes after it', Buffer.concat([sequence(integer(1), imprint(32)), Buffer.from([0])]), 'asn1-trailing-bytes', 'badDataFormat'],
  ['nothing', new Uint8Array(0), 'asn1-unexpected-tag', 'badDataFormat'],
])('refuses %s', (_what, der, code, failInfo) => {
  let thrown: unknown;
  try {
    parseTimestampRequest(der);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(PkiError);
  expect(thrown).toMatchObject({ code });
  expect(failInfoOf(thrown as PkiError)).toBe(failInfo);
});
