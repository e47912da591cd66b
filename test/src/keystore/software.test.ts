import { randomBytes, verify } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyObjectOf } from '../../../pki/keys/public-key.ts';
import { openSoftwareKeystore } from '../../../src/keystore/software.ts';
import type { KeySpec } from '../../../src/services.ts';
import { atEnd, testServices, type TestServices } from '../../database.ts';

let services: TestServices;
beforeAll(async () => {
  services = await testServices();
});

const create = (spec: KeySpec, keystore = services.keystore) => services.db.transaction((tx) => keystore.createKey(tx, spec));

test.each<[string, KeySpec, string]>([
  ['RSA 2048', { type: 'rsa', bits: 2048 }, 'rsa-sha256'],
  ['RSA 2048 with PSS', { type: 'rsa', bits: 2048, pss: true }, 'rsa-pss-sha256'],
  ['P-256', { type: 'ec', curve: 'P-256' }, 'ecdsa-sha256'],
  ['P-384', { type: 'ec', curve: 'P-384' }, 'ecdsa-sha384'],
  ['P-521', { type: 'ec', curve: 'P-521' }, 'ecdsa-sha512'],
  ['Ed25519', { type: 'ed25519' }, 'ed25519'],
  ['ML-DSA-44', { type: 'ml-dsa-44' }, 'ml-dsa-44'],
  ['ML-DSA-65', { type: 'ml-dsa-65' }, 'ml-dsa-65'],
  ['ML-DSA-87', { type: 'ml-dsa-87' }, 'ml-dsa-87'],
])('%s: made, stored wrapped, opened again, signs', async (_name, spec, scheme) => {
  const created = await create(spec);
  expect(created.scheme).toBe(scheme);
  const again = await openSoftwareKeystore(services, services.config.kek);
  const signer = await again.signerOf(created.keyId);
  expect([signer.scheme, Buffer.from(signer.publicKey.der)]).toEqual([scheme, Buffer.from(created.publicKey.der)]);
  const signature = await signer.sign(Buffer.from('bytes'));
  if (scheme === 'ed25519') expect(verify(null, Buffer.from('bytes'), keyObjectOf(created.publicKey), signature)).toBe(true);
  expect(signature.length).toBeGreaterThan(60);
});

test('a wrapped key put into another row does not open', async () => {
  const [a, b] = [await create({ type: 'ed25519' }), await create({ type: 'ed25519' })];
  const { wrapped } = await services.db('keys').where({ id: b.keyId }).first('wrapped');
  await services.db('keys').where({ id: a.keyId }).update({ wrapped });
  await expect(services.keystore.signerOf(a.keyId)).rejects.toMatchObject({ code: 'keystore-unavailable' });
});

test('under another key-encryption key nothing opens', async () => {
  const { keyId } = await create({ type: 'ed25519' });
  const stranger = await openSoftwareKeystore(services, { text: randomBytes(32).toString('base64') });
  await expect(stranger.signerOf(keyId)).rejects.toMatchObject({ code: 'keystore-unavailable' });
  await expect(stranger.ready!()).rejects.toMatchObject({ code: 'keystore-unavailable' });
});

test('the private key stands nowhere in its row', async () => {
  const { keyId, publicKey } = await create({ type: 'ec', curve: 'P-256' });
  const row = await services.db('keys').where({ id: keyId }).first();
  // every PKCS#8 of a P-256 key begins so, and holds the public point
  expect(row.wrapped.includes(Buffer.from('3081870201003013', 'hex'))).toBe(false);
  expect(row.wrapped.includes(Buffer.from(publicKey.keyBits))).toBe(false);
});

test('the key file is made on the first start only, for its owner alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'antin-kek-'));
  atEnd(() => rm(folder, { recursive: true }));
  const file = join(folder, 'data', 'kek');
  await expect(openSoftwareKeystore(services, { file, create: false })).rejects.toThrow();
  await Promise.all([openSoftwareKeystore(services, { file, create: true }), openSoftwareKeystore(services, { file, create: true })]);
  const made = await readFile(file, 'utf8');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(Buffer.from(made, 'base64')).toHaveLength(32);
  await openSoftwareKeystore(services, { file, create: true });
  expect(await readFile(file, 'utf8')).toBe(made);
});
