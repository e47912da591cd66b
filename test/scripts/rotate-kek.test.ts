import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openSoftwareKeystore } from '../../src/keystore/software.ts';
import { atEnd, testServices } from '../database.ts';

test('npm run rotate-kek: one command, and the old key file opens nothing any more', async () => {
  const services = await testServices();
  const folder = await mkdtemp(join(tmpdir(), 'antin-rotate-'));
  atEnd(() => rm(folder, { recursive: true }));
  const file = join(folder, 'kek');
  const old = randomBytes(32).toString('base64');
  await writeFile(file, `${old}\n`, { mode: 0o600 });
  const before = await openSoftwareKeystore(services, { file, create: false });
  const { keyId } = await services.db.transaction((tx) => before.createKey(tx, { type: 'ed25519' }));

  const script = join(import.meta.dirname, '../../scripts/rotate-kek.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script], {
    env: { PATH: process.env['PATH'], DATABASE_URL: services.databaseUrl, ANTIN_KEK_FILE: file }, timeout: 30_000,
  });
  expect(stdout).toContain('1 keys are now wrapped');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).not.toContain(old);
  const opens = async (source: Parameters<typeof openSoftwareKeystore>[1]) => (await openSoftwareKeystore(services, source)).signerOf(keyId);
  await expect(opens({ file, create: false })).resolves.toBeDefined();
  await expect(opens({ text: old })).rejects.toMatchObject({ code: 'keystore-unavailable' });
});
