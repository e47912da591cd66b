import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { bitString, element, explicit, integer, octetString, oid, sequence, setOf } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { contextConstructed } from '../../../pki/asn1/tags.ts';
import { buildCsr, buildCsrInfo } from '../../../pki/csr/build.ts';
import { parseCsr, verifyPossession } from '../../../pki/csr/parse.ts';
import { PkiError } from '../../../pki/error.ts';
import { signatureAlgorithmDer } from '../../../pki/keys/algorithm.ts';
import { toPem } from '../../../pki/keys/pem.ts';
import { signerFrom } from '../../../pki/keys/signer.ts';
import { buildName } from '../../../pki/name/build.ts';
import { printName } from '../../../pki/name/print.ts';

const subject = buildName([['C', 'VN'], ['O', 'SỞ NỘI VỤ'], ['CN', 'Nguyễn Văn Ánh']]);
const p256 = signerFrom(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
const folder = mkdtempSync(join(tmpdir(), 'antin-csr-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['RSA-2048', signerFrom(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)],
  ['RSA-3072', signerFrom(generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey)],
  ['P-256', p256],
  ['P-384', signerFrom(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey)],
  ['P-521', signerFrom(generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey)],
  ['Ed25519', signerFrom(generateKeyPairSync('ed25519').privateKey)],
  ['ML-DSA-44', signerFrom(generateKeyPairSync('ml-dsa-44').privateKey)],
  ['ML-DSA-65', signerFrom(generateKeyPairSync('ml-dsa-65').privateKey)],
  ['ML-DSA-87', signerFrom(generateKeyPairSync('ml-dsa-87').privateKey)],
])('%s: a request is read back and proves possession', async (algorithm, signer) => {
  const der = await buildCsr(subject, signer);
  const csr = parseCsr(der);
  expect(printName(csr.subject)).toBe('CN=Nguyễn Văn Ánh,O=SỞ NỘI VỤ,C=VN');
  expect(verifyPossession(csr).valid).toBe(true);
  expect(parseCsr(Buffer.from(toPem('CERTIFICATE REQUEST', der)))).toEqual(csr);
  // the openssl of the system is older than ML-DSA
  if (algorithm.startsWith('ML')) return;
  const { stderr } = spawnSync('openssl', ['req', '-inform', 'DER', '-verify', '-noout'], { input: der, encoding: 'utf8' });
  expect(stderr).toContain('verify OK');
});

test('what openssl asks for is read, critical flags and all', () => {
  const pem = execFileSync('openssl', [
    'req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', join(folder, 'key.pem'),
    '-subj', '/C=VN/CN=A', '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'subjectAltName=email:a@b.vn',
  ], { stdio: 'pipe' });
  const csr = parseCsr(pem);
  expect(verifyPossession(csr).valid).toBe(true);
  expect(csr.requestedExtensions.map(({ oid: id, critical }) => [id, critical])).toEqual([[oids.basicConstraints, true], [oids.subjectAltName, false]]);
});

test('a signature by another key proves nothing', async () => {
  const info = buildCsrInfo(subject, p256.publicKey);
  const thief = signerFrom(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  const der = sequence(info, signatureAlgorithmDer('ecdsa-sha256'), bitString(await thief.sign(info)));
  expect(verifyPossession(parseCsr(der))).toEqual({ valid: false, reason: 'signature-invalid' });
});

const withInfo = (info: Uint8Array): Uint8Array => sequence(info, signatureAlgorithmDer('ecdsa-sha256'), bitString(new Uint8Array(8)));
const infoWith = (...attributes: Uint8Array[]): Uint8Array => sequence(integer(0), subject, p256.publicKey.der, element(contextConstructed(0), ...attributes));
const extensions = (...list: Uint8Array[]): Uint8Array => sequence(oid(oids.extensionRequest), setOf(sequence(...list)));
const asked = sequence(oid(oids.keyUsage), octetString(Uint8Array.of(3, 2, 6, 0xc0)));
const offCurve = Uint8Array.from(p256.publicKey.der);
offCurve[offCurve.length - 1]! ^= 1;

test.each([
  ['nothing', new Uint8Array(0)],
  ['text', Buffer.from('xin chào')],
  ['a certificate in PEM', Buffer.from(toPem('CERTIFICATE', subject))],
  ['two requests in one PEM', Buffer.from(toPem('CERTIFICATE REQUEST', subject) + toPem('CERTIFICATE REQUEST', subject))],
  ['64 kB and more', new Uint8Array(70_000).fill(0x30)],
  ['version 1 (RFC 2986 §4.1)', withInfo(sequence(integer(1), subject, p256.publicKey.der, element(contextConstructed(0))))],
  ['a point off the curve', withInfo(sequence(integer(0), subject, offCurve, element(contextConstructed(0))))],
  ['an attribute twice', withInfo(infoWith(extensions(asked), extensions(asked)))],
  ['an extension twice (RFC 5280 §4.2)', withInfo(infoWith(extensions(asked, asked)))],
  ['something behind the attributes', withInfo(sequence(integer(0), subject, p256.publicKey.der, element(contextConstructed(0)), explicit(1)))],
  ['something behind the request', Buffer.concat([withInfo(infoWith()), Buffer.from([0])])],
  ['deep nesting', Array.from({ length: 200 }).reduce<Uint8Array>((inner) => sequence(inner), sequence())],
])('refused as csr-malformed: %s', (_what, bytes) => {
  expect(() => parseCsr(bytes)).toThrow(expect.objectContaining({ code: 'csr-malformed' }));
});

test('a spoilt request is refused with a code or proves nothing', async () => {
  const good = await buildCsr(subject, p256);
  fc.assert(fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, turn) => {
    const spoilt = Uint8Array.from(good);
    spoilt[at]! ^= turn;
    try {
      expect(verifyPossession(parseCsr(spoilt)).valid).toBe(false);
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
    }
  }), { numRuns: 400 });
});
