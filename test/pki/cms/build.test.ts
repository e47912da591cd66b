import { createHash } from 'node:crypto';
import { buildSignedData } from '../../../pki/cms/build.ts';
import { addSignatureTimestamp, signatureValueOf } from '../../../pki/cms/signature-timestamp.ts';
import { parseSignedData } from '../../../pki/cms/signed-data.ts';
import { selectSignerCertificate } from '../../../pki/cms/signer-certificate.ts';
import { verifySigner, type SignedContent } from '../../../pki/cms/verify.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { sequence } from '../../../pki/asn1/der-writer.ts';
import { parseCertificate } from '../../../pki/certificate/parse.ts';
import { schemeDigest } from '../../../pki/keys/algorithm.ts';
import { certificatePem, makeHolder, now, Openssl, type Holder, type KeyKind } from '../certificates.ts';

const openssl = new Openssl();
afterAll(() => openssl.close());

const content = Buffer.from('Giấy chứng nhận số 42\r\n', 'utf8');
const digestFor = ({ signer }: Holder, bytes: Uint8Array): Uint8Array => createHash(schemeDigest(signer.scheme)).update(bytes).digest();

let ca: Holder;
beforeAll(async () => {
  ca = await makeHolder({ profile: 'root-ca', name: 'CA' });
});

async function signed(kind: KeyKind, attached: boolean): Promise<{ holder: Holder; der: Uint8Array }> {
  const holder = await makeHolder({ profile: 'official-signing', name: 'Người ký', kind, issuer: ca });
  const der = await buildSignedData({
    ...(attached ? { content } : { pades: true }), digest: digestFor(holder, content),
    signer: holder.signer, certificate: holder.certificate, certificates: [ca.certificate.der],
    ...(attached ? { signingTime: now } : {}),
  });
  return { holder, der };
}

function judge(der: Uint8Array, what: SignedContent): ReturnType<typeof verifySigner> {
  const signedData = parseSignedData(der, { ber: false });
  const certificate = selectSignerCertificate(signedData.signerInfos[0]!, signedData.certificates.map(parseCertificate));
  if (certificate === undefined || certificate === 'conflict') throw new Error('no signer');
  return verifySigner(signedData, signedData.signerInfos[0]!, what, certificate);
}

const kinds: KeyKind[] = ['rsa', 'rsa-pss', 'p256', 'p384', 'ed25519'];

describe('openssl cms verifies what we build', () => {
  // openssl 3.0 knows no Ed25519 with signed attributes; ML-DSA came with 3.5
  test.each(kinds.filter((kind) => kind !== 'ed25519'))('%s, attached and detached', async (kind) => {
    const anchor = openssl.file('ca.pem', certificatePem(ca));
    const data = openssl.file('data', content);
    const at = ['-attime', String(now.getTime() / 1000), '-purpose', 'any'];
    for (const attached of [true, false]) {
      const { der } = await signed(kind, attached);
      const cms = openssl.file(`${kind}.cms`, der);
      const out = openssl.path(`${kind}.out`);
      openssl.run('cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', cms, '-CAfile', anchor, '-out', out, ...at, ...(attached ? [] : ['-content', data]));
      expect(openssl.run('cms', '-cmsout', '-print', '-inform', 'DER', '-in', cms)).toContain('signingCertificateV2');
    }
  });
});

describe('we judge what we build', () => {
  test.each<KeyKind>([...kinds, 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'])('%s', async (kind) => {
    const { der } = await signed(kind, true);
    expect(judge(der, 'attached')).toMatchObject({ intact: true, problems: [], signingCertificate: 'v2', claimedSigningTime: now });
    const detached = await signed(kind, false);
    const [half, rest] = [content.subarray(0, 9), content.subarray(9)];
    expect(judge(detached.der, content)).toMatchObject({ intact: true, claimedSigningTime: undefined });
    expect(judge(detached.der, [half, rest]).intact).toBe(true);
    expect(judge(detached.der, { digest: (digest) => createHash(digest).update(content).digest() }).intact).toBe(true);
    expect(judge(detached.der, [rest, half]).problems.map(({ code }) => code)).toEqual(['message-digest-mismatch']);
  });
});

describe('buildSignedData refuses', () => {
  test('a digest that does not go with the scheme', async () => {
    const holder = await makeHolder({ profile: 'official-signing', name: 'A', issuer: ca });
    const order = { digest: new Uint8Array(64), signer: holder.signer, certificate: holder.certificate, certificates: [] };
    await expect(buildSignedData(order)).rejects.toThrow('cms-order-invalid');
  });

  test('a signing time in PAdES', async () => {
    const holder = await makeHolder({ profile: 'official-signing', name: 'A', issuer: ca });
    const order = { digest: digestFor(holder, content), signer: holder.signer, certificate: holder.certificate, certificates: [], pades: true, signingTime: now };
    await expect(buildSignedData(order)).rejects.toThrow('cms-order-invalid');
  });

  test("another's certificate: the fresh signature does not verify", async () => {
    const [a, b] = [await makeHolder({ profile: 'official-signing', name: 'A', issuer: ca }), await makeHolder({ profile: 'official-signing', name: 'B', issuer: ca })];
    const order = { digest: digestFor(a, content), signer: a.signer, certificate: b.certificate, certificates: [] };
    await expect(buildSignedData(order)).rejects.toThrow('signature-invalid');
  });
});

test('certificates are sent once each, the SET in DER order', async () => {
  const holder = await makeHolder({ profile: 'official-signing', name: 'A', issuer: ca });
  const der = await buildSignedData({
    digest: digestFor(holder, content), signer: holder.signer, certificate: holder.certificate,
    certificates: [ca.certificate.der, holder.certificate.der, ca.certificate.der],
  });
  const { certificates } = parseSignedData(der);
  expect(certificates).toHaveLength(2);
  expect(Buffer.compare(certificates[0]!, certificates[1]!)).toBe(-1);
});

test('a signature timestamp is added and the signature stays', async () => {
  const { der } = await signed('p256', false);
  const token = sequence(Buffer.from('0500', 'hex'));
  const once = addSignatureTimestamp(der, token);
  const twice = addSignatureTimestamp(once, sequence());
  const verdict = judge(twice, content);
  expect(verdict.intact).toBe(true);
  expect(verdict.signatureTimestamps.map((found) => Buffer.from(found).toString('hex')).toSorted()).toEqual(['3000', '30020500']);
  expect(Buffer.from(signatureValueOf(twice))).toEqual(Buffer.from(signatureValueOf(der)));
  expect(Buffer.from(verdict.messageImprintDigest('sha256'))).toEqual(createHash('sha256').update(signatureValueOf(der)).digest());
  expect(parseSignedData(once).signerInfos[0]!.unsignedAttributes.map(({ oid }) => oid)).toEqual([oids.timeStampToken]);
});
