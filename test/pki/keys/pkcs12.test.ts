import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { PkiError } from '../../../pki/error.ts';
import { parsePem } from '../../../pki/keys/pem.ts';
import { buildPkcs12, parsePkcs12 } from '../../../pki/keys/pkcs12.ts';

const folder = mkdtempSync(join(tmpdir(), 'antin-p12-'));
afterAll(() => rmSync(folder, { recursive: true }));
const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
const password = 'mật khẩu 1';

openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'certificate.pem', '-subj', '/CN=A', '-days', '2');
const certificate = parsePem(readFileSync(join(folder, 'certificate.pem'), 'utf8'))[0]!.der;
const pkcs8 = parsePem(readFileSync(join(folder, 'key.pem'), 'utf8'))[0]!.der;
const exported = (...args: string[]): Buffer =>
  openssl('pkcs12', '-export', '-in', 'certificate.pem', '-inkey', 'key.pem', '-passout', `pass:${password}`, ...args);
const salts = (octets: number): Uint8Array => hash('sha512', String(octets), 'buffer').subarray(0, octets);

test.each([
  ['as openssl 3 writes it: AES-256, SHA-256', []],
  ['as old systems do: triple DES, SHA-1', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']],
  ['AES-128 and a MAC with SHA-512', ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC', '-macalg', 'sha512']],
  ['certificates in the clear', ['-certpbe', 'NONE']],
  ['everything in the clear under the MAC', ['-keypbe', 'NONE', '-certpbe', 'NONE']],
])('read: %s', async (_what, args) => {
  const { privateKey, certificates } = await parsePkcs12(exported(...args), password);
  expect(privateKey.export({ format: 'der', type: 'pkcs8' })).toEqual(pkcs8);
  expect(certificates.map((der) => Buffer.from(der))).toEqual([certificate]);
});

test.each([
  ['another password', exported(), 'mật khẩu 2', 'pkcs12-password-wrong'],
  ['no MAC', exported('-nomac'), password, 'pkcs12-malformed'],
  ['a cipher of 40 bits', exported('-legacy', '-certpbe', 'PBE-SHA1-RC2-40'), password, 'pkcs12-unsupported'],
  ['no key', exported('-nokeys'), password, 'pkcs12-malformed'],
  ['more iterations than anyone needs', exported('-iter', '1000001'), password, 'pkcs12-unsupported'],
  ['no bytes', new Uint8Array(0), password, 'pkcs12-malformed'],
])('refused: %s', async (_what, der, given, code) => {
  await expect(parsePkcs12(der, given)).rejects.toMatchObject({ code });
});

test('what we write openssl opens, and we do', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = await buildPkcs12({ privateKey, certificates: [certificate], password, salts });
  writeFileSync(join(folder, 'ours.p12'), der);
  const text = openssl('pkcs12', '-in', 'ours.p12', '-passin', `pass:${password}`, '-nodes').toString();
  expect(parsePem(text.replaceAll(/^(?!-----)[^A-Za-z0-9+/=\n].*$/gm, '')).map(({ label }) => label).toSorted()).toEqual(['CERTIFICATE', 'PRIVATE KEY']);
  const read = await parsePkcs12(der, password);
  expect(read.privateKey.equals(privateKey)).toBe(true);
  expect(Buffer.from(read.certificates[0]!)).toEqual(certificate);
});

test('a spoilt file is refused with a code', async () => {
  const good = exported('-iter', '1', '-macalg', 'sha1');
  await fc.assert(fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, turn) => {
    const spoilt = Uint8Array.from(good);
    spoilt[at]! ^= turn;
    try {
      await parsePkcs12(spoilt, password);
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
    }
  }), { numRuns: 150 });
});
