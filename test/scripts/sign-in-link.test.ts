import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createFirstAdministrator } from '../../src/access/first-administrator.ts';
import { testApp, testServices } from '../database.ts';
import { visitorAt } from '../src/web/people.ts';

const services = await testServices();
const base = await testApp(services);
await createFirstAdministrator(services);

const run = (who: string): Promise<{ stdout: string }> => promisify(execFile)(process.execPath, [join(import.meta.dirname, '../../scripts/sign-in-link.ts'), ...who.split(' ')], {
  env: { PATH: process.env['PATH'], DATABASE_URL: services.databaseUrl, ANTIN_KEK: Buffer.alloc(32, 1).toString('base64'), PUBLIC_URL: base }, timeout: 30_000,
});

test('npm run sign-in-link: the first administrator gets into the web before anybody has a passkey', async () => {
  // the script reads the clock of this machine
  services.clock.set(new Date());
  const { stdout } = await run('Administrator');
  const link = /http\S+/.exec(stdout)![0];
  const visitor = visitorAt(base);
  await visitor.post('/sign-in/link', { token: new URL(link).searchParams.get('token')! });
  expect((await visitor.get('/account')).html).toContain('Quản trị viên');
  const entry = await services.db('audit_entries').where({ action: 'sign-in.link-made' }).first('actorId') as { actorId: string };
  expect(entry.actorId).toBe('system:sign-in-link');
});

test('nobody of that name is no error that helps anyone', async () => {
  await expect(run('nobody here')).rejects.toMatchObject({ code: 1 });
});
