import { webcrypto } from 'node:crypto';
import { assembleEncryptedKey, assemblePkcs12 } from '../../../pki/keys/pkcs12-build.ts';
import { toPem } from '../../../pki/keys/pem.ts';
import { pageCrypto } from '../../../src/web/renew/page-crypto.browser.ts';
import { parsePkcs12 } from '../../../pki/keys/pkcs12.ts';
import { opensslFolder } from '../../openssl.ts';

// What a page writes with WebCrypto and what the server reads with OpenSSL must be one format.
const { path, writePem, write, openssl, remove } = await opensslFolder();
afterAll(remove);

const password = 'mật khẩu Ấn Tín';

async function keyPair(): Promise<Uint8Array> {
  const { privateKey } = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  return new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', privateKey));
}

test('what a page writes openssl opens, and the server', async () => {
  const pkcs8 = await keyPair();
  await writePem('key.pem', 'PRIVATE KEY', pkcs8);
  await openssl('req', '-x509', '-key', path('key.pem'), '-subj', '/CN=x', '-outform', 'DER', '-out', path('certificate.der'));
  const { readFile } = await import('node:fs/promises');
  const certificate = new Uint8Array(await readFile(path('certificate.der')));
  const file = await assemblePkcs12({ pkcs8, certificates: [certificate], password, iterations: 1_000, macIterations: 500 }, pageCrypto);
  await write('page.p12', file);
  expect((await openssl('pkcs12', '-in', path('page.p12'), '-noenc', '-passin', `pass:${password}`)).code).toBe(0);
  expect((await openssl('pkcs12', '-in', path('page.p12'), '-noenc', '-passin', 'pass:wrong')).code).not.toBe(0);
  const read = await parsePkcs12(file, password);
  expect(new Uint8Array(read.privateKey.export({ format: 'der', type: 'pkcs8' }))).toEqual(pkcs8);
  expect(read.certificates.map((der) => new Uint8Array(der))).toEqual([certificate]);
});

test('a key alone is an encrypted PKCS#8 that openssl opens', async () => {
  const pkcs8 = await keyPair();
  await write('kept.pem', toPem('ENCRYPTED PRIVATE KEY', await assembleEncryptedKey(pkcs8, { password, iterations: 1_000 }, pageCrypto)));
  expect((await openssl('pkey', '-in', path('kept.pem'), '-passin', `pass:${password}`, '-noout')).code).toBe(0);
});
