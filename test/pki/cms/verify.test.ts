import { createHash } from 'node:crypto';
import {
  element, explicit, integer, octetString, oid, retag, sequence, setOf, derNull, time,
} from '../../../pki/asn1/der-writer.ts';
import { DerReader } from '../../../pki/asn1/der-reader.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { parseSignedData } from '../../../pki/cms/signed-data.ts';
import { selectSignerCertificate } from '../../../pki/cms/signer-certificate.ts';
import { verifySigner, type SignedContent, type SignerProblem } from '../../../pki/cms/verify.ts';
import { digestAlgorithmDer, signatureAlgorithmDer, type Digest } from '../../../pki/keys/algorithm.ts';
import type { Certificate } from '../../../pki/certificate/parse.ts';
import { makeHolder, now, type Holder, type KeyKind } from '../certificates.ts';
import fc from 'fast-check';
import { PkiError } from '../../../pki/error.ts';
import { mutated } from '../mutation.ts';

const content = Buffer.from('nội dung', 'utf8');
const hash = (digest: string, bytes: Uint8Array): Uint8Array => createHash(digest).update(bytes).digest();
const holders = new Map<KeyKind, Holder>();
let ca: Holder;
let other: Holder;
beforeAll(async () => {
  ca = await makeHolder({ profile: 'root-ca', name: 'CA' });
  other = await makeHolder({ profile: 'official-signing', name: 'Khác', issuer: ca });
  for (const kind of ['p256', 'rsa', 'rsa-pss', 'ed25519', 'ml-dsa-44', 'ml-dsa-87'] as const) {
    holders.set(kind, await makeHolder({ profile: 'official-signing', name: 'Ký', kind, issuer: ca }));
  }
});

/** A SignedData with any part replaced, signed over whatever attributes it then has; right otherwise. */
interface Parts {
  kind?: KeyKind;
  eContentType?: string;
  inside?: Uint8Array | 'none';
  digest?: Digest;
  digestAlgorithm?: Uint8Array;
  attributes?: (holder: Holder) => Uint8Array[];
  unsorted?: boolean;
  signedAsSent?: boolean;
  direct?: Uint8Array;
  signatureAlgorithm?: Uint8Array;
  sid?: (holder: Holder) => Uint8Array;
  unsigned?: Uint8Array[];
  tamper?: boolean;
}

const attribute = (id: string, ...values: Uint8Array[]): Uint8Array => sequence(oid(id), element(0x31, ...values));
const contentType = (id: string = oids.data): Uint8Array => attribute(oids.contentType, oid(id));
const messageDigest = (digest: Digest = 'sha256', bytes: Uint8Array = content): Uint8Array => attribute(oids.messageDigest, octetString(hash(digest, bytes)));
const issuerSerial = ({ issuer, serialNumber }: Certificate, serial = serialNumber): Uint8Array => sequence(sequence(explicit(4, issuer.der)), integer(serial));
const essV2 = (certificate: Certificate, tail: Uint8Array = issuerSerial(certificate), digest?: Digest): Uint8Array =>
  attribute(oids.signingCertificateV2, sequence(sequence(sequence(
    ...(digest ? [digestAlgorithmDer(digest)] : []), octetString(hash(digest ?? 'sha256', certificate.der)), tail,
  ))));
const essV1 = (certificate: Certificate): Uint8Array =>
  attribute(oids.signingCertificate, sequence(sequence(sequence(octetString(hash('sha1', certificate.der))))));
const standard = (holder: Holder): Uint8Array[] => [contentType(), messageDigest(), essV2(holder.certificate)];
const protection = (digest: Digest, signature: Uint8Array): Uint8Array =>
  attribute(oids.cmsAlgorithmProtection, sequence(digestAlgorithmDer(digest), retag(0xa1, signature)));

async function signerInfo(parts: Parts): Promise<Uint8Array> {
  const holder = holders.get(parts.kind ?? 'p256')!;
  const { certificate, signer } = holder;
  const attributes = (parts.attributes ?? standard)(holder);
  const signed = setOf(...attributes);
  const shown = parts.unsorted ? element(0xa0, ...attributes.toSorted((a, b) => Buffer.compare(b, a))) : retag(0xa0, signed);
  const signature = (await signer.sign(parts.direct ?? (parts.signedAsSent ? retag(0x31, shown) : signed))).slice();
  if (parts.tamper) signature[signature.length - 1]! ^= 1;
  return sequence(
    integer(1),
    parts.sid?.(holder) ?? sequence(certificate.issuer.der, integer(certificate.serialNumber)),
    parts.digestAlgorithm ?? digestAlgorithmDer(parts.digest ?? 'sha256'),
    ...(parts.direct ? [] : [shown]),
    parts.signatureAlgorithm ?? signatureAlgorithmDer(signer.scheme),
    octetString(signature),
    ...(parts.unsigned ? [retag(0xa1, setOf(...parts.unsigned))] : []),
  );
}

const wrap = (parts: Parts, ...infos: Uint8Array[]): Uint8Array => sequence(oid(oids.signedData), explicit(0, sequence(
  integer(1), setOf(digestAlgorithmDer('sha256')),
  sequence(oid(parts.eContentType ?? oids.data), ...(parts.inside === 'none' ? [] : [explicit(0, octetString(parts.inside ?? content))])),
  setOf(...infos),
)));

async function problemsOf(parts: Parts, given: SignedContent = 'attached'): Promise<SignerProblem[]> {
  const signedData = parseSignedData(wrap(parts, await signerInfo(parts)));
  const verdict = verifySigner(signedData, signedData.signerInfos[0]!, given, holders.get(parts.kind ?? 'p256')!.certificate);
  expect(verdict.intact).toBe(verdict.problems.length === 0);
  return verdict.problems.map(({ code }) => code);
}

const v2Of = (holder: Holder): Uint8Array => essV2(holder.certificate);
const rsaPlain = sequence(oid(oids.rsaEncryption), derNull);

/** Every constructed element without a length, every octet string in two pieces. */
function inBer(der: Uint8Array): Uint8Array {
  const reader = new DerReader(der);
  const parts: Uint8Array[] = [];
  while (!reader.done) {
    const { tag, content: inner, der: whole } = reader.any();
    const end = Buffer.from([0, 0]);
    if (tag === 0x04) parts.push(Buffer.from([0x24, 0x80]), octetString(inner.subarray(0, 1)), octetString(inner.subarray(1)), end);
    else if ((tag & 0x20) !== 0) parts.push(Buffer.from([tag, 0x80]), inBer(inner), end);
    else parts.push(whole);
  }
  return Buffer.concat(parts);
}

describe('verifySigner', () => {
  test.each<[rule: string, parts: () => Parts, expected: SignerProblem[], given?: SignedContent]>([
    ['12 digest and content type match', () => ({}), []],
    ['12 the digest is of other content', () => ({ attributes: (h) => [contentType(), messageDigest('sha256', Buffer.from('x')), v2Of(h)] }), ['message-digest-mismatch']],
    ['12 the digest is cut short', () => ({ attributes: (h) => [contentType(), attribute(oids.messageDigest, octetString(hash('sha256', content).subarray(0, 20))), v2Of(h)] }), ['message-digest-mismatch']],
    ['12 no digest', () => ({ attributes: (h) => [contentType(), v2Of(h)] }), ['attribute-missing']],
    ['12 no content type', () => ({ attributes: (h) => [messageDigest(), v2Of(h)] }), ['attribute-missing']],
    ['12 the content type is another', () => ({ attributes: (h) => [contentType(oids.tstInfo), messageDigest(), v2Of(h)] }), ['content-type-mismatch']],
    ['12 the digest twice', () => ({ attributes: (h) => [contentType(), messageDigest(), messageDigest('sha256', Buffer.from('x')), v2Of(h)] }), ['attribute-repeated']],
    ['12 the digest with two values', () => ({ attributes: (h) => [contentType(), attribute(oids.messageDigest, octetString(hash('sha256', content)), octetString(hash('sha256', content))), v2Of(h)] }), ['attribute-repeated']],
    ['12 the digest with no value', () => ({ attributes: (h) => [contentType(), attribute(oids.messageDigest), v2Of(h)] }), ['attribute-repeated']],
    ['12 the content type twice', () => ({ attributes: (h) => [contentType(), contentType(), messageDigest(), v2Of(h)] }), ['attribute-repeated']],
    ['12 the digest is no octet string', () => ({ attributes: (h) => [contentType(), attribute(oids.messageDigest, integer(5)), v2Of(h)] }), ['attribute-malformed']],
    ['12 the claimed time twice', () => ({ attributes: (h) => [...standard(h), attribute(oids.signingTime, time(now)), attribute(oids.signingTime, time(now))] }), ['attribute-repeated']],
    ['13 attributes in another order are put into DER order', () => ({ unsorted: true }), []],
    ['13 attributes signed in the order they were sent', () => ({ unsorted: true, signedAsSent: true }), []],
    ['13 attributes in another order and a changed signature', () => ({ unsorted: true, tamper: true }), ['signature-invalid']],
    ['13 a changed signature', () => ({ tamper: true }), ['signature-invalid']],
    ['14 digestAlgorithm is not the signature\'s', () => ({ digest: 'sha512', attributes: (h) => [contentType(), messageDigest('sha512'), v2Of(h)] }), ['algorithm-mismatch']],
    ['14 digestAlgorithm agrees but the digest is of another', () => ({ attributes: (h) => [contentType(), messageDigest('sha512'), v2Of(h)] }), ['message-digest-mismatch']],
    ['14 RSA alone takes digestAlgorithm', () => ({ kind: 'rsa', signatureAlgorithm: rsaPlain }), []],
    ['14 RSA alone with a digest it was not signed with', () => ({ kind: 'rsa', digest: 'sha512', signatureAlgorithm: rsaPlain, attributes: (h) => [contentType(), messageDigest('sha512'), v2Of(h)] }), ['signature-invalid']],
    ['14 PSS as it was signed', () => ({ kind: 'rsa-pss' }), []],
    ['14 PSS parameters absent mean SHA-1, not what fits', () => ({ kind: 'rsa-pss', signatureAlgorithm: sequence(oid(oids.rsassaPss), sequence()) }), ['signature-invalid']],
    ['14 PSS parameters name another hash', () => ({ kind: 'rsa-pss', signatureAlgorithm: signatureAlgorithmDer('rsa-pss-sha512') }), ['signature-invalid']],
    ['14 PSS and digestAlgorithm differ', () => ({ kind: 'rsa-pss', digest: 'sha384', attributes: (h) => [contentType(), messageDigest('sha384'), v2Of(h)] }), ['algorithm-mismatch']],
    ['14 algorithm protection agrees', () => ({ attributes: (h) => [...standard(h), protection('sha256', signatureAlgorithmDer('ecdsa-sha256'))] }), []],
    ['14 algorithm protection names another digest', () => ({ attributes: (h) => [...standard(h), protection('sha512', signatureAlgorithmDer('ecdsa-sha256'))] }), ['algorithm-mismatch']],
    ['14 algorithm protection names another signature', () => ({ attributes: (h) => [...standard(h), protection('sha256', signatureAlgorithmDer('ecdsa-sha384'))] }), ['algorithm-mismatch']],
    ['14 MD5 is nobody\'s digest', () => ({ digestAlgorithm: digestAlgorithmDer('md5') }), ['algorithm-not-supported']],
    ['14 an unknown digest', () => ({ digestAlgorithm: sequence(oid('1.2.3')) }), ['algorithm-not-supported']],
    ['14 a digest with parameters', () => ({ digestAlgorithm: sequence(oid(oids.sha256), integer(1)) }), ['algorithm-not-supported']],
    ['14 an unknown signature algorithm', () => ({ signatureAlgorithm: sequence(oid('1.2.3')) }), ['algorithm-not-supported']],
    ['14 an algorithm of another key', () => ({ signatureAlgorithm: signatureAlgorithmDer('rsa-sha256') }), ['algorithm-mismatch']],
    ['14 Ed25519 goes with SHA-512 (RFC 8419)', () => ({ kind: 'ed25519', digest: 'sha512', attributes: (h) => [contentType(), messageDigest('sha512'), v2Of(h)] }), []],
    ['14 Ed25519 with SHA-256 (RFC 8419)', () => ({ kind: 'ed25519' }), ['algorithm-mismatch']],
    ['14 ML-DSA-44 with SHA-256 (RFC 9882)', () => ({ kind: 'ml-dsa-44' }), []],
    ['14 ML-DSA-87 with SHA-384 (RFC 9882)', () => ({ kind: 'ml-dsa-87', digest: 'sha384', attributes: (h) => [contentType(), messageDigest('sha384'), v2Of(h)] }), ['algorithm-mismatch']],
    ['15 the signing certificate is another\'s', () => ({ attributes: () => [contentType(), messageDigest(), essV2(other.certificate)] }), ['signing-certificate-mismatch']],
    ['15 the right hash, another serial number', () => ({ attributes: (h) => [contentType(), messageDigest(), essV2(h.certificate, issuerSerial(h.certificate, 1n))] }), ['signing-certificate-mismatch']],
    ['15 the right hash, another issuer', () => ({ attributes: (h) => [contentType(), messageDigest(), essV2(h.certificate, sequence(sequence(explicit(4, h.certificate.subject.der)), integer(h.certificate.serialNumber)))] }), ['signing-certificate-mismatch']],
    ['15 with SHA-512', () => ({ attributes: (h) => [contentType(), messageDigest(), essV2(h.certificate, issuerSerial(h.certificate), 'sha512')] }), []],
    ['15 with MD5', () => ({ attributes: (h) => [contentType(), messageDigest(), essV2(h.certificate, issuerSerial(h.certificate), 'md5')] }), ['signing-certificate-mismatch']],
    ['15 version 1 and 2 agree', () => ({ attributes: (h) => [...standard(h), essV1(h.certificate)] }), []],
    ['15 version 1 names another although 2 is right', () => ({ attributes: (h) => [...standard(h), essV1(other.certificate)] }), ['signing-certificate-mismatch']],
    ['15 the attribute twice', () => ({ attributes: (h) => [...standard(h), essV2(other.certificate)] }), ['attribute-repeated']],
    ['15 an empty list', () => ({ attributes: () => [contentType(), messageDigest(), attribute(oids.signingCertificateV2, sequence(sequence()))] }), ['attribute-malformed']],
    ['17 the signer identifier is another\'s', () => ({ sid: () => sequence(other.certificate.issuer.der, integer(other.certificate.serialNumber)) }), ['signer-mismatch']],
    ['17 by key identifier', () => ({ sid: (h) => octetString(h.certificate.subjectKeyIdentifier!, 0x80) }), []],
    ['18 detached, content handed in', () => ({ inside: 'none' }), [], content],
    ['18 detached, other content handed in', () => ({ inside: 'none' }), ['message-digest-mismatch'], Buffer.from('khác')],
    ['18 a detached signature with content inside', () => ({}), ['content-not-detached'], content],
    ['18 an attached signature without content', () => ({ inside: 'none' }), ['content-missing']],
    ['19 unknown attributes are ignored', () => ({ attributes: (h) => [...standard(h), attribute('1.2.3', integer(1))], unsigned: [attribute('1.2.4', derNull)] }), []],
    ['without attributes the signature is over the content', () => ({ direct: content }), []],
    ['without attributes and detached, in pieces', () => ({ direct: content, inside: 'none' }), [], [content.subarray(0, 3), content.subarray(3)]],
    ['without attributes, other content', () => ({ direct: Buffer.from('khác') }), ['signature-invalid']],
    ['without attributes only a digest is not enough', () => ({ direct: content, inside: 'none' }), ['content-unavailable'], { digest: (d) => hash(d, content) }],
    ['without attributes the content is plain data', () => ({ direct: content, eContentType: oids.tstInfo }), ['attribute-missing']],
    ['without attributes Ed25519 does not use the digest (RFC 8419 §3.2)', () => ({ kind: 'ed25519', direct: content }), []],
  ])('%s', async (_rule, parts, expected, ...[given]) => {
    expect(await problemsOf(parts(), given)).toEqual(expected);
  });

  test('signed attributes passed off as content are told apart', async () => {
    const attributes = setOf(...standard(holders.get('p256')!));
    expect(await problemsOf({ direct: attributes, inside: attributes })).toEqual(['content-ambiguous']);
  });

  test('13 a signature written in BER all through is judged like its DER', async () => {
    const der = wrap({}, await signerInfo({ unsorted: true, unsigned: [attribute(oids.timeStampToken, sequence(integer(2)))] }));
    const signedData = parseSignedData(inBer(der));
    expect(signedData.encoding).toBe('ber');
    expect(Buffer.compare(signedData.der, der)).toBe(0);
    const verdict = verifySigner(signedData, signedData.signerInfos[0]!, 'attached', holders.get('p256')!.certificate);
    expect(verdict).toMatchObject({ intact: true, signingCertificate: 'v2' });
  });

  test.each([[true, true], [true, false], [false, false]])('13 unsorted %p and signed so %p is told', async (unsorted, signedAsSent) => {
    const signedData = parseSignedData(wrap({}, await signerInfo({ unsorted, signedAsSent })));
    const verdict = verifySigner(signedData, signedData.signerInfos[0]!, 'attached', holders.get('p256')!.certificate);
    expect(verdict).toMatchObject({ intact: true, signedOutOfOrder: signedAsSent });
  });

  test('an empty set of unsigned attributes says nothing, one of signed attributes is refused', async () => {
    expect(await problemsOf({ unsigned: [] })).toEqual([]);
    await expect(problemsOf({ attributes: () => [] })).rejects.toThrow('cms-malformed');
  });

  test('16 several signers are judged each', async () => {
    const [good, broken] = [await signerInfo({}), await signerInfo({ kind: 'rsa', tamper: true })];
    const signedData = parseSignedData(wrap({}, good, broken));
    const verdicts = signedData.signerInfos.map((info) => {
      const certificate = selectSignerCertificate(info, [...holders.values()].map((holder) => holder.certificate));
      return verifySigner(signedData, info, 'attached', certificate as Certificate).intact;
    });
    expect(new Set(verdicts)).toEqual(new Set([false, true]));
  });

  test('what is not signed is handed on: timestamps, policy, commitment', async () => {
    const info = await signerInfo({
      attributes: (h) => [...standard(h),
        attribute(oids.signaturePolicyIdentifier, sequence(oid('1.2.3.4'), sequence(digestAlgorithmDer('sha256'), octetString(new Uint8Array(32))))),
        attribute(oids.commitmentTypeIndication, sequence(oid('1.2.840.113549.1.9.16.6.1'))),
        attribute(oids.contentTimestamp, sequence(integer(1))), essV1(h.certificate)],
      unsigned: [attribute(oids.timeStampToken, sequence(integer(2)))],
    });
    const signedData = parseSignedData(wrap({}, info));
    const verdict = verifySigner(signedData, signedData.signerInfos[0]!, 'attached', holders.get('p256')!.certificate);
    expect(verdict).toMatchObject({
      intact: true, signingCertificate: 'v2', signaturePolicy: '1.2.3.4', commitmentTypes: ['1.2.840.113549.1.9.16.6.1'],
      signatureTimestamps: [sequence(integer(2))], contentTimestamps: [sequence(integer(1))],
    });
  });
});

describe('selectSignerCertificate', () => {
  test('a second certificate with the same issuer and serial number is a conflict, a copy is not', async () => {
    const [a, b] = [
      await makeHolder({ profile: 'official-signing', name: 'A', issuer: ca, serialNumber: 77n }),
      await makeHolder({ profile: 'official-signing', name: 'B', issuer: ca, serialNumber: 77n }),
    ];
    const sid = { issuer: ca.certificate.subject, serialNumber: 77n };
    expect(selectSignerCertificate({ sid }, [a.certificate, b.certificate])).toBe('conflict');
    expect(selectSignerCertificate({ sid }, [other.certificate, a.certificate, { ...a.certificate }])).toBe(a.certificate);
    expect(selectSignerCertificate({ sid }, [other.certificate])).toBeUndefined();
  });
});

test.each<[string, () => Promise<Uint8Array>]>([
  ['attached', async () => wrap({}, await signerInfo({ unsigned: [attribute(oids.revocationValues, sequence(explicit(0, sequence(sequence()))))] }))],
  ['detached, RSA-PSS', async () => wrap({ inside: 'none' }, await signerInfo({ kind: 'rsa-pss' }))],
  ['without attributes', async () => wrap({}, await signerInfo({ direct: content }))],
])('mutated %s: a PkiError or a verdict, and never intact when what is signed has changed', async (_what, make) => {
  const original = await make();
  const candidates = [...holders.values()].map((holder) => holder.certificate);
  fc.assert(fc.property(mutated(original), (bytes) => {
    try {
      const signedData = parseSignedData(bytes, { allowTrailingZeros: true });
      for (const info of signedData.signerInfos) {
        const certificate = selectSignerCertificate(info, candidates);
        const verdict = verifySigner(signedData, info, signedData.content ?? content, typeof certificate === 'object' ? certificate : candidates[0]!);
        if (verdict.intact && signedData.content) expect(Buffer.from(signedData.content)).toEqual(content);
      }
    } catch (error) {
      expect(error).toBeInstanceOf(PkiError);
    }
  }), { numRuns: 700 });
});
