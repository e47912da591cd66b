import { parseCertificate } from '../../../pki/certificate/parse.ts';
import { assembleOcspResponse, buildTbsResponseData, ocspError, type CertStatus } from '../../../pki/ocsp/build-response.ts';
import { buildCertId, matchesCertId } from '../../../pki/ocsp/cert-id.ts';
import { lintOcspResponse } from '../../../pki/ocsp/lint.ts';
import { parseOcspRequest } from '../../../pki/ocsp/request.ts';
import { parseOcspResponse } from '../../../pki/ocsp/response.ts';
import { keyIdentifier } from '../../../pki/keys/public-key.ts';
import { verifySignature } from '../../../pki/keys/verify.ts';
import { redeem } from '../../../pki/lint/to-be-signed.ts';
import { certificatePem, keyPem, makeHolder, now, Openssl, type Holder, type KeyKind } from '../certificates.ts';
import fc from 'fast-check';
import { PkiError } from '../../../pki/error.ts';
import { buildOcspRequest } from '../../../pki/ocsp/request.ts';
import { mutated } from '../mutation.ts';

const openssl = new Openssl();
afterAll(() => openssl.close());
const nextUpdate = new Date('2026-06-01T20:00:00Z');
const revokedAt = new Date('2026-05-31T12:00:00Z');
let ca: Holder;
let leaf: Holder;
let files: { ca: string; leaf: string };
beforeAll(async () => {
  ca = await makeHolder({ profile: 'root-ca', name: 'CA' });
  leaf = await makeHolder({ profile: 'official-signing', name: 'Người ký', issuer: ca, serialNumber: (0xabn << 120n) + 1n });
  files = { ca: openssl.file('ca.pem', certificatePem(ca)), leaf: openssl.file('leaf.pem', certificatePem(leaf)) };
});

/** openssl compares with the true time: the tolerance makes a fixed instant good for ever. Without -no_nonce it asks a new one. */
const verifying = (): string[] => ['-CAfile', files.ca, '-attime', String(now.getTime() / 1000), '-validity_period', '2000000000', '-no_nonce'];

async function answer(responder: Holder, requestDer: Uint8Array, status: CertStatus): Promise<Uint8Array> {
  const request = parseOcspRequest(requestDer);
  const tbs = buildTbsResponseData({
    responderKeyHash: keyIdentifier(responder.certificate.publicKey), producedAt: now,
    responses: request.certIds.map(({ der }) => ({ certId: der, status, thisUpdate: now, nextUpdate })),
    ...(request.nonce ? { nonce: request.nonce } : {}),
  });
  const { scheme } = responder.signer;
  const linted = redeem(lintOcspResponse(tbs, { responder: responder.certificate, scheme, request }));
  return assembleOcspResponse(linted, scheme, await responder.signer.sign(linted), [responder.certificate.der]);
}

describe('openssl ocsp asks, we answer, openssl verifies', () => {
  test.each<[KeyKind, string[], CertStatus, string]>([
    ['rsa', [], { status: 'good' }, ': good'],
    ['rsa-pss', ['-sha256'], { status: 'good' }, ': good'],
    ['p256', ['-sha256'], { status: 'good' }, ': good'],
    ['p256', ['-no_nonce'], { status: 'unknown' }, ': unknown'],
    ['p384', [], { status: 'revoked', revokedAt, reason: 'keyCompromise' }, 'Reason: keyCompromise'],
    ['ed25519', [], { status: 'revoked', revokedAt, reason: undefined }, 'Revocation Time: May 31 12:00:00 2026 GMT'],
  ])('%s %p %p', async (kind, options, status, expected) => {
    const responder = await makeHolder({ profile: 'ocsp-responder', name: 'OCSP', kind, issuer: ca });
    const asked = openssl.path('request.der');
    const which = [...options.filter((option) => option === '-sha256'), '-issuer', files.ca, '-cert', files.leaf];
    openssl.run('ocsp', ...which, ...(options.includes('-no_nonce') ? ['-no_nonce'] : []), '-reqout', asked);
    const der = await answer(responder, openssl.read('request.der'), status);
    const response = openssl.file('response.der', der);
    const text = openssl.run('ocsp', '-reqin', asked, '-respin', response, ...which, ...verifying());
    expect(text).toContain(expected);
    const full = openssl.run('ocsp', '-respin', response, '-resp_text', ...verifying());
    expect(full).toContain(options.includes('-no_nonce') ? 'OCSP Response Status: successful' : 'OCSP Nonce');
  });

  test('an answer by a stranger is not accepted', async () => {
    const stranger = await makeHolder({ profile: 'ocsp-responder', name: 'OCSP', issuer: await makeHolder({ profile: 'root-ca', name: 'Other CA' }) });
    openssl.run('ocsp', '-issuer', files.ca, '-cert', files.leaf, '-reqout', openssl.path('request.der'));
    const response = openssl.file('response.der', await answer(stranger, openssl.read('request.der'), { status: 'good' }));
    expect(() => openssl.run('ocsp', '-respin', response, '-issuer', files.ca, '-cert', files.leaf, ...verifying())).toThrow('Response Verify Failure');
  });

  test.each(['malformedRequest', 'internalError', 'tryLater', 'unauthorized'] as const)('the refusal %s is read', (status) => {
    const response = openssl.file('error.der', ocspError(status));
    expect(() => openssl.run('ocsp', '-respin', response, '-noverify')).toThrow(status.toLowerCase());
    expect(() => parseOcspResponse(ocspError(status))).toThrow(expect.objectContaining({ code: 'ocsp-not-successful', rule: status }));
  });
});

describe('openssl ocsp answers, we read', () => {
  test.each<[KeyKind, string, string[], object]>([
    ['rsa', 'V', [], { status: 'good' }],
    ['p256', 'R', ['-resp_key_id'], { status: 'revoked', revokedAt, reason: 'superseded' }],
    ['p256', '-', [], { status: 'unknown' }],
  ])('%s %s %p', async (kind, state, options, status) => {
    const responder = await makeHolder({ profile: 'ocsp-responder', name: 'OCSP', kind, issuer: ca });
    const serial = leaf.certificate.serialNumber.toString(16).toUpperCase();
    const revoked = state === 'R' ? '260531120000Z,superseded' : '';
    openssl.file('index.txt', state === '-' ? '' : `${state}\t360101000000Z\t${revoked}\t${serial}\tunknown\t/CN=x\n`);
    openssl.run('ocsp', '-issuer', files.ca, '-cert', files.leaf, '-reqout', openssl.path('request.der'));
    openssl.run('ocsp', '-index', openssl.path('index.txt'), '-CA', files.ca, '-rsigner', openssl.file('r.pem', certificatePem(responder)), '-rkey', openssl.file('r.key', keyPem(responder)),
      '-reqin', openssl.path('request.der'), '-respout', openssl.path('response.der'), '-ndays', '1', ...options);
    const request = parseOcspRequest(openssl.read('request.der'));
    const response = parseOcspResponse(openssl.read('response.der'));
    expect(response.responses).toHaveLength(1);
    expect(response.responses[0]).toMatchObject({ status });
    expect(matchesCertId(response.responses[0]!.certId, ca.certificate, leaf.certificate.serialNumber)).toBe(true);
    expect(Object.keys(response.responderId)).toEqual([options.includes('-resp_key_id') ? 'byKey' : 'byName']);
    expect(response.nonce).toEqual(request.nonce);
    expect(parseCertificate(response.certificates[0]!).serialNumber).toBe(responder.certificate.serialNumber);
    expect(verifySignature(response.signatureAlgorithm, responder.certificate.publicKey, response.tbs, response.signature).valid).toBe(true);
  });
});

test('single extensions come back', () => {
  const certId = buildCertId({ issuer: ca.certificate, serialNumber: Uint8Array.of(5), digest: 'sha256' });
  const tbs = buildTbsResponseData({
    responderKeyHash: new Uint8Array(20), producedAt: now, extendedRevoke: true,
    responses: [{ certId, status: { status: 'revoked', revokedAt, reason: 'unspecified' }, thisUpdate: now, nextUpdate, archiveCutoff: new Date('2020-01-01T00:00:00Z'), invalidityDate: new Date('2026-05-01T00:00:00Z') }],
  });
  const { responses: [single] } = parseOcspResponse(assembleOcspResponse(tbs, 'ecdsa-sha256', new Uint8Array(8), []));
  expect(single).toMatchObject({
    status: { status: 'revoked', revokedAt, reason: undefined }, thisUpdate: now, nextUpdate,
    archiveCutoff: new Date('2020-01-01T00:00:00Z'), invalidityDate: new Date('2026-05-01T00:00:00Z'),
  });
});

test('mutated requests and responses: a value or a PkiError, and no changed answer verifies', async () => {
  const responder = await makeHolder({ profile: 'ocsp-responder', name: 'OCSP', issuer: ca });
  const certIds = [buildCertId({ issuer: ca.certificate, serialNumber: Uint8Array.of(5), digest: 'sha256' })];
  const request = buildOcspRequest({ certIds, nonce: new Uint8Array(16) });
  const response = await answer(responder, request, { status: 'revoked', revokedAt, reason: 'superseded' });
  const { tbs } = parseOcspResponse(response);
  const orPkiError = (read: () => void): void => {
    try {
      read();
    } catch (error) {
      expect(error).toBeInstanceOf(PkiError);
    }
  };
  fc.assert(fc.property(mutated(request), (bytes) => orPkiError(() => void parseOcspRequest(bytes))), { numRuns: 1_000 });
  fc.assert(fc.property(mutated(response), (bytes) => orPkiError(() => {
    const read = parseOcspResponse(bytes);
    const { valid } = verifySignature(read.signatureAlgorithm, responder.certificate.publicKey, read.tbs, read.signature);
    expect(!valid || Buffer.compare(read.tbs, tbs) === 0).toBe(true);
  })), { numRuns: 1_000 });
  fc.assert(fc.property(mutated(tbs), (bytes) => orPkiError(() => {
    lintOcspResponse(bytes, { responder: responder.certificate, scheme: 'ecdsa-sha256' });
  })), { numRuns: 500 });
});
