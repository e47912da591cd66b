import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rotateKek } from '../../../src/keystore/rotate.ts';
import { openSoftwareKeystore } from '../../../src/keystore/software.ts';
import { atEnd, testServices, type TestServices } from '../../database.ts';

let services: TestServices;
beforeAll(async () => {
  services = await testServices();
});
beforeEach(async () => void (await services.db('data_keys').delete()));

const plain = Buffer.from('thirty-two octets or any number!');

test('what is sealed opens for the same purpose and id, and differs each time', async () => {
  const { secrets } = services.keystore;
  const sealed = await secrets.seal('webhook', 'a', plain);
  expect(Buffer.from(sealed).includes(plain)).toBe(false);
  expect(Buffer.from(await secrets.open('webhook', 'a', sealed))).toEqual(plain);
  expect(Buffer.compare(await secrets.seal('webhook', 'a', plain), sealed)).not.toBe(0);
});

test.each([
  ['another id', 'webhook', 'b', (s: Buffer) => s], ['another purpose', 'identity', 'a', (s: Buffer) => s],
  ['a changed octet', 'webhook', 'a', (s: Buffer) => Buffer.concat([s.subarray(0, 20), Buffer.of(s[20]! ^ 1), s.subarray(21)])],
  ['a cut end', 'webhook', 'a', (s: Buffer) => s.subarray(0, -1)], ['nothing', 'webhook', 'a', () => Buffer.alloc(0)],
])('%s does not open', async (_what, purpose, id, change) => {
  const sealed = Buffer.from(await services.keystore.secrets.seal('webhook', 'a', plain));
  await expect(services.keystore.secrets.open(purpose, id, change(sealed))).rejects.toMatchObject({ code: 'keystore-unavailable' });
});

test('a fingerprint is the same for ever, and another one for another purpose', async () => {
  const { secrets } = services.keystore;
  const first = await secrets.fingerprint('identity', plain);
  expect(first).toHaveLength(32);
  expect(Buffer.compare(await secrets.fingerprint('identity', plain), first)).toBe(0);
  expect(Buffer.compare(await secrets.fingerprint('other', plain), first)).not.toBe(0);
});

test('two nodes that begin together have one data key; after a rotation only the new key-encryption key opens it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'antin-secrets-'));
  atEnd(() => rm(folder, { recursive: true }));
  const source = { file: join(folder, 'kek'), create: true };
  const nodes = [await openSoftwareKeystore(services, source), await openSoftwareKeystore(services, source)];
  const [a, b] = await Promise.all(nodes.map((node) => node.secrets.seal('webhook', 'a', plain)));
  for (const [node, sealed] of [[nodes[1]!, a!], [nodes[0]!, b!]] as const) expect(Buffer.from(await node.secrets.open('webhook', 'a', sealed))).toEqual(plain);
  const [{ wrapped }] = await services.db('data_keys').select('wrapped');
  await services.db('keys').delete();
  await rotateKek(services.db, source, (bytes) => randomBytes(bytes));
  expect(Buffer.compare((await services.db('data_keys').first('wrapped')).wrapped, wrapped)).not.toBe(0);
  expect(Buffer.from(await (await openSoftwareKeystore(services, source)).secrets.open('webhook', 'a', a!))).toEqual(plain);
  await expect(services.keystore.secrets.open('webhook', 'a', a!)).rejects.toBeDefined();
});
