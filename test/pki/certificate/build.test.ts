import 'reflect-metadata';
import { X509Certificate } from '@peculiar/x509';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate as NodeCertificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { buildTbsCertificate } from '../../../pki/certificate/build.ts';
import { parseCertificate, type Certificate } from '../../../pki/certificate/parse.ts';
import { initialProfiles } from '../../../pki/certificate/profiles.ts';
import { PkiError } from '../../../pki/error.ts';
import { toPem } from '../../../pki/keys/pem.ts';
import { signerFrom } from '../../../pki/keys/signer.ts';
import { verifySignature } from '../../../pki/keys/verify.ts';
import { issue, newIssuing, newRoot, newSigner, sampleOrder, urls, type Authority } from './sample.ts';

const root = await newRoot();
const issuing = await newIssuing(root);
const folder = mkdtempSync(join(tmpdir(), 'antin-build-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, ...certificates: Certificate[]): string => {
  const path = join(folder, name);
  writeFileSync(path, certificates.map(({ der }) => toPem('CERTIFICATE', der)).join(''));
  return path;
};
const openssl = (...args: string[]): string => execFileSync('openssl', args, { encoding: 'utf8' });
const rootFile = file('root.pem', root.certificate);
const issuingFile = file('issuing.pem', issuing.certificate);

const subscribers = initialProfiles.filter(({ ca }) => !ca);

describe.each(subscribers)('$name', ({ name }) => {
  let certificate: Certificate;
  beforeAll(async () => {
    certificate = await issue(sampleOrder(name, issuing, newSigner()), issuing, issuing.signer);
  });

  test('openssl accepts the chain under its strict rules', () => {
    const at = String(certificate.notBefore.getTime() / 1000 + 60);
    const path = file(`${name}.pem`, certificate);
    expect(openssl('verify', '-x509_strict', '-attime', at, '-CAfile', rootFile, '-untrusted', issuingFile, path)).toContain(': OK');
  });

  test('a second reader finds the same fields', () => {
    const read = new X509Certificate(Buffer.from(certificate.der));
    expect(BigInt(`0x${read.serialNumber}`)).toBe(certificate.serialNumber);
    expect([read.notBefore, read.notAfter]).toEqual([certificate.notBefore, certificate.notAfter]);
    expect(read.extensions.map(({ type }) => type).toSorted()).toEqual([...certificate.extensions.keys()].toSorted());
    expect(Buffer.from(read.publicKey.rawData)).toEqual(Buffer.from(certificate.publicKey.der));
  });
});

test('openssl prints what the profile of an official says', async () => {
  const certificate = await issue(sampleOrder('official-signing', issuing, newSigner()), issuing, issuing.signer);
  const text = openssl('x509', '-in', file('official.pem', certificate), '-noout', '-text', '-nameopt', 'utf8,sep_comma_plus');
  for (const expected of [
    'Subject: C=VN,L=Sơn La,O=ỦY BAN NHÂN DÂN TỈNH SƠN LA,OU=SỞ NỘI VỤ,CN=Nguyễn Văn Ánh,emailAddress=anh@sonla.gov.vn',
    'X509v3 Key Usage: critical\n                Digital Signature, Non Repudiation', 'CA:FALSE', 'email:anh@sonla.gov.vn',
    `URI:${urls.crl}`, `OCSP - URI:${urls.ocsp}`, `CA Issuers - URI:${urls.caIssuers}`, 'Policy: 1.3.6.1.4.1.32473.1.1',
    'Not After : Oct 30 23:59:59 2031 GMT',
  ]) expect(text).toContain(expected);
});

test.each([
  ['RSA-3072', signerFrom(generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey)],
  ['RSA-3072 with PSS', signerFrom(generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey, { pss: true })],
  ['P-384', newSigner('P-384')], ['P-521', newSigner('P-521')], ['Ed25519', signerFrom(generateKeyPairSync('ed25519').privateKey)],
  ['ML-DSA-44', signerFrom(generateKeyPairSync('ml-dsa-44').privateKey)],
  ['ML-DSA-65', signerFrom(generateKeyPairSync('ml-dsa-65').privateKey)],
  ['ML-DSA-87', signerFrom(generateKeyPairSync('ml-dsa-87').privateKey)],
])('a root with %s signs itself and an agency below it', async (_algorithm, signer) => {
  const authority: Authority = await newRoot(signer);
  const certificate = await issue(sampleOrder('agency-seal', authority, newSigner()), authority, signer);
  expect(verifySignature(certificate.signatureAlgorithm, signer.publicKey, certificate.tbs, certificate.signature).valid).toBe(true);
  const [second, rootRead] = [certificate, authority.certificate].map(({ der }) => new NodeCertificate(der)) as [NodeCertificate, NodeCertificate];
  expect(second.verify(rootRead.publicKey) && rootRead.verify(rootRead.publicKey) && second.checkIssued(rootRead)).toBe(true);
});

test('the same order gives the same bytes', () => {
  const order = sampleOrder('agency-seal', issuing, newSigner());
  expect(buildTbsCertificate(order)).toEqual(buildTbsCertificate({ ...order }));
});

test.each([
  ['more days than the profile has', { days: 1826 }, 'profile-violation'],
  ['a start after the issuer ended', { notBefore: new Date('2099-01-01T00:00:00Z') }, 'issuer-expired'],
  ['a start before the issuer began', { notBefore: new Date('2020-01-01T00:00:00Z') }, 'issuer-expired'],
  ['a scheme that is not the issuer\'s', { scheme: 'ed25519' as const }, 'profile-violation'],
])('refused: %s', (_rule, changes, code) => {
  const order = { ...sampleOrder('official-signing', issuing, newSigner()), ...changes };
  expect(() => buildTbsCertificate(order)).toThrow(expect.objectContaining({ code }));
});

test('a spoilt certificate parses or is refused with a code, and never verifies', async () => {
  const { der } = await issue(sampleOrder('official-signing', issuing, newSigner()), issuing, issuing.signer);
  fc.assert(fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, turn) => {
    const spoilt = Uint8Array.from(der);
    spoilt[at]! ^= turn;
    try {
      const read = parseCertificate(spoilt);
      expect(verifySignature(read.signatureAlgorithm, issuing.signer.publicKey, read.tbs, read.signature).valid).toBe(false);
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
    }
  }), { numRuns: 300 });
});
