import { buildTbsResponseData, type ResponseDataOrder, type SingleResponseOrder } from '../../../pki/ocsp/build-response.ts';
import { buildCertId } from '../../../pki/ocsp/cert-id.ts';
import { lintOcspResponse, ocspRules, type OcspLintContext } from '../../../pki/ocsp/lint.ts';
import { buildOcspRequest, parseOcspRequest, type OcspRequest } from '../../../pki/ocsp/request.ts';
import { element, explicit, generalizedTime, octetString, sequence } from '../../../pki/asn1/der-writer.ts';
import { digestAlgorithmDer } from '../../../pki/keys/algorithm.ts';
import { keyIdentifier } from '../../../pki/keys/public-key.ts';
import { integer } from '../../../pki/asn1/der-writer.ts';
import { makeHolder, now, type Holder } from '../certificates.ts';

const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
const nonce = new Uint8Array(32).fill(3);
let ca: Holder;
let responder: Holder;
let official: Holder;
let certId: Uint8Array;
beforeAll(async () => {
  ca = await makeHolder({ profile: 'root-ca', name: 'CA' });
  responder = await makeHolder({ profile: 'ocsp-responder', name: 'OCSP', issuer: ca });
  official = await makeHolder({ profile: 'official-signing', name: 'Người ký', issuer: ca });
  certId = buildCertId({ issuer: ca.certificate, serialNumber: Uint8Array.of(5), digest: 'sha1' });
});

interface Sample { data?: Partial<ResponseDataOrder>; single?: Partial<SingleResponseOrder>; context?: Partial<OcspLintContext>; raw?: (good: Uint8Array) => Uint8Array }

const requestFor = (...certIds: Uint8Array[]): OcspRequest => parseOcspRequest(buildOcspRequest({ certIds }));
const withNonce = (): OcspRequest => parseOcspRequest(buildOcspRequest({ certIds: [certId], nonce }));
const otherId = (): Uint8Array => buildCertId({ issuer: ca.certificate, serialNumber: Uint8Array.of(6), digest: 'sha1' });
const single = (more: Partial<SingleResponseOrder> = {}): SingleResponseOrder => ({ certId, status: { status: 'good' }, thisUpdate: now, nextUpdate: at(3_600), ...more });

function lint({ data, single: one, context, raw }: Sample): unknown {
  const good = buildTbsResponseData({
    responderKeyHash: keyIdentifier(responder.certificate.publicKey), producedAt: now, responses: [single(one)], ...data,
  });
  return lintOcspResponse(raw ? raw(good) : good, { responder: responder.certificate, scheme: 'ecdsa-sha256', ...context });
}

const revoked = (reason: 'superseded' | 'removeFromCRL', seconds = 0): Partial<SingleResponseOrder> => ({ status: { status: 'revoked', revokedAt: at(seconds), reason } });
/** ResponseData with one single response whose last part is given as DER. */
const rawSingle = (status: Uint8Array, ...rest: Uint8Array[]): (() => Uint8Array) => () => sequence(
  explicit(2, octetString(keyIdentifier(responder.certificate.publicKey))), generalizedTime(now),
  sequence(sequence(certId, status, generalizedTime(now), ...rest)),
);

const bad: [id: string, what: string, sample: () => Sample][] = [
  ['ocsp-responder-key', "another key's hash", () => ({ data: { responderKeyHash: new Uint8Array(20) } })],
  ['ocsp-responder-key', 'a responder by name', () => ({ raw: () => sequence(explicit(1, responder.certificate.subject.der), generalizedTime(now), sequence(sequence(certId, element(0x80), generalizedTime(now), explicit(0, generalizedTime(at(60)))))) })],
  ['ocsp-responder-usage', 'a certificate for documents', () => ({ context: { responder: official.certificate } })],
  ['ocsp-algorithm-key', 'an RSA scheme for an EC key', () => ({ context: { scheme: 'rsa-sha256' } })],
  ['ocsp-responder-validity', 'a responder that has expired', () => ({ data: { producedAt: at(200 * 86_400) } })],
  ['ocsp-any-response', 'no response', () => ({ data: { responses: [] } })],
  ['ocsp-response-once', 'one certID twice', () => ({ data: { responses: [single(), single({ status: { status: 'unknown' } })] } })],
  ['ocsp-answers-request', 'another certificate than was asked', () => ({ context: { request: requestFor(otherId()) } })],
  ['ocsp-answers-request', 'one of two', () => ({ context: { request: requestFor(certId, otherId()) } })],
  ['ocsp-answers-request', 'one more than was asked', () => ({ data: { responses: [single(), single({ certId: otherId() })] }, context: { request: requestFor(certId) } })],
  ['ocsp-cert-id', 'hashes of another length', () => ({ single: { certId: sequence(digestAlgorithmDer('sha256'), octetString(new Uint8Array(20)), octetString(new Uint8Array(20)), integer(5)) } })],
  ['ocsp-cert-id', 'MD5', () => ({ single: { certId: sequence(digestAlgorithmDer('md5'), octetString(new Uint8Array(16)), octetString(new Uint8Array(16)), integer(5)) } })],
  ['ocsp-next-update', 'none', () => ({ raw: rawSingle(element(0x80)) })],
  ['ocsp-update-order', 'thisUpdate after producedAt', () => ({ single: { thisUpdate: at(1) } })],
  ['ocsp-update-order', 'nextUpdate at producedAt', () => ({ single: { nextUpdate: now } })],
  ['ocsp-nonce', 'asked for and left out', () => ({ context: { request: withNonce() } })],
  ['ocsp-nonce', 'another', () => ({ data: { nonce: new Uint8Array(32) }, context: { request: withNonce() } })],
  ['ocsp-nonce', 'not asked for', () => ({ data: { nonce } })],
  ['ocsp-revoked-time', 'in the future', () => ({ single: revoked('superseded', 1) })],
  ['ocsp-revoked-reason-unspecified', 'written out', () => ({ raw: rawSingle(element(0xa1, generalizedTime(now), explicit(0, Uint8Array.of(0x0a, 1, 0))), explicit(0, generalizedTime(at(60)))) })],
  ['ocsp-revoked-reason-removed', 'removeFromCRL', () => ({ single: revoked('removeFromCRL') })],
  ['ocsp-archive-cutoff', 'in the future', () => ({ single: { archiveCutoff: at(1) } })],
  ['ocsp-invalidity-date', 'on a good certificate', () => ({ single: { invalidityDate: now } })],
  ['ocsp-invalidity-date', 'in the future', () => ({ single: { ...revoked('superseded'), invalidityDate: at(1) } })],
];

describe('lintOcspResponse', () => {
  test.each(bad)('%s stops %s', (id, _what, sample) => {
    expect(() => lint(sample())).toThrow(expect.objectContaining({ code: 'lint-failed', rule: expect.stringMatching(new RegExp(`(^|, )${id}($|,)`)) }));
  });

  test.each<[string, () => Sample]>([
    ['good, asked for nothing', () => ({})],
    ['the nonce echoed', () => ({ data: { nonce }, context: { request: withNonce() } })],
    ['two as asked', () => ({ data: { responses: [single({ certId: otherId() }), single()] }, context: { request: requestFor(certId, otherId()) } })],
    ['revoked with reason, invalidity date and archive cutoff', () => ({ single: { ...revoked('superseded'), invalidityDate: at(-60), archiveCutoff: at(-9_999) } })],
    ['by the CA itself', () => ({ data: { responderKeyHash: keyIdentifier(ca.certificate.publicKey) }, context: { responder: ca.certificate } })],
  ])('passes %s', (_what, sample) => {
    expect(lint(sample())).toMatchObject({ kind: 'ocsp', findings: [] });
  });

  test('every rule has a bad sample', () => {
    expect(new Set(bad.map(([id]) => id))).toEqual(new Set(ocspRules.map(({ id }) => id)));
  });
});
