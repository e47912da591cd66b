import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KekSource } from '../../../src/config.ts';
import { kekLine, kekOf, replaceKekFile } from '../../../src/keystore/kek.ts';
import { rotateKek } from '../../../src/keystore/rotate.ts';
import { openSoftwareKeystore } from '../../../src/keystore/software.ts';
import { atEnd, testServices, type TestServices } from '../../database.ts';

let services: TestServices;
let file: string;
let source: Extract<KekSource, { file: string }>;
const keyIds: string[] = [];
const random = (bytes: number) => randomBytes(bytes);

beforeAll(async () => {
  services = await testServices();
  const folder = await mkdtemp(join(tmpdir(), 'antin-rotate-'));
  atEnd(() => rm(folder, { recursive: true }));
  source = { file: file = join(folder, 'kek'), create: true };
  const keystore = await openSoftwareKeystore(services, source);
  for (let i = 0; i < 3; i++) keyIds.push((await services.db.transaction((tx) => keystore.createKey(tx, { type: 'ed25519' }))).keyId);
});

const opens = async (from: KekSource): Promise<boolean[]> => {
  const keystore = await openSoftwareKeystore(services, from);
  return Promise.all(keyIds.map((id) => keystore.signerOf(id).then(() => true, () => false)));
};

test('after a rotation the old key opens nothing and the new one everything', async () => {
  const old = await readFile(file, 'utf8');
  const { keys, kekId } = await rotateKek(services.db, source, random);
  expect(keys).toBe(3);
  expect(await readFile(file, 'utf8')).not.toContain(old.trim());
  expect(await services.db('keys').distinct('kekId').pluck('kek_id')).toEqual([kekId]);
  expect(await opens(source)).toEqual([true, true, true]);
  expect(await opens({ text: old })).toEqual([false, false, false]);
});

test.each([
  ['before anything is rewrapped', async () => replaceKekFile(file, [kekLine(kekOf(random(32))), (await readFile(file, 'utf8')).trim()])],
  ['after the transaction, before the old key leaves the file', async () => {
    const old = (await readFile(file, 'utf8')).trim();
    await rotateKek(services.db, source, random);
    await writeFile(file, `${(await readFile(file, 'utf8')).trim()}\n${old}\n`);
  }],
])('a crash %s leaves every key open, and the next run ends the work', async (_where, crash) => {
  await crash();
  expect(await opens(source)).toEqual([true, true, true]);
  await rotateKek(services.db, source, random);
  expect(await opens(source)).toEqual([true, true, true]);
  expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(1);
});

test('a transaction that fails changes no key', async () => {
  const before = await services.db('keys').orderBy('id').select('id', 'wrapped', 'kekId');
  await services.db('keys').insert({ id: '00000000-0000-4000-8000-000000000000', provider: 'software', scheme: 'ed25519', spki: Buffer.of(1), wrapped: Buffer.alloc(60), kekId: before[0].kekId, createdAt: services.now() });
  // ordered by id the broken one comes first: move it last so that others were rewrapped before it failed
  await services.db('keys').where({ spki: Buffer.of(1) }).update({ id: 'ffffffff-ffff-4fff-8fff-ffffffffffff' });
  await expect(rotateKek(services.db, source, random)).rejects.toMatchObject({ code: 'keystore-unavailable' });
  await services.db('keys').where({ spki: Buffer.of(1) }).delete();
  expect(await services.db('keys').orderBy('id').select('id', 'wrapped', 'kekId')).toEqual(before);
  expect(await opens(source)).toEqual([true, true, true]);
});

test('a service that runs through a rotation opens keys of before and makes keys of after', async () => {
  const running = await openSoftwareKeystore(services, source);
  const { kekId } = await rotateKek(services.db, source, random);
  await expect(running.signerOf(keyIds[0]!)).resolves.toBeDefined();
  const { keyId } = await services.db.transaction((tx) => running.createKey(tx, { type: 'ed25519' }));
  expect(await services.db('keys').where({ id: keyId }).first('kekId')).toEqual({ kekId });
});

test('with a setting everything goes under the key it lists first', async () => {
  const [next, old] = [randomBytes(32).toString('base64'), (await readFile(file, 'utf8')).trim()];
  await rotateKek(services.db, { text: `${next},${old}` }, random);
  expect(await opens({ text: next })).toEqual([true, true, true]);
  expect(await opens({ text: old })).toEqual([false, false, false]);
});
