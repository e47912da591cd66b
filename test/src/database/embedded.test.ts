import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../../../src/database/embedded.ts';

const folders: string[] = [];
async function newFolder(mode = 0o711): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'antin-embedded-'));
  await chmod(folder, mode);
  folders.push(folder);
  return join(folder, 'postgres');
}
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function ask(url: string, statement: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return Object.values((await client.query(statement)).rows[0] as object)[0];
  } finally {
    await client.end();
  }
}

test('a first start makes the data, a second one finds it; nobody else can read it or reach it', async () => {
  const folder = await newFolder();
  const first = await startEmbedded(folder);
  expect(first.reused).toBe(false);
  await ask(first.url, 'create table kept (n int); insert into kept values (7); select 1').catch(() => undefined);
  expect(await ask(first.url, 'show listen_addresses')).toBe('127.0.0.1');
  expect(await ask(first.url, 'show unix_socket_directories')).toBe('');
  expect(await ask(first.url, 'show data_checksums')).toBe('on');
  await first.stop();
  expect((await stat(join(folder, 'data'))).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, 'password'))).mode & 0o777).toBe(0o600);
  const password = (await readFile(join(folder, 'password'), 'utf8')).trim();
  await expect(ask(first.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });

  const second = await startEmbedded(folder);
  expect(await ask(second.url, 'select n from kept')).toBe(7);
  await expect(ask(second.url.replace(password, 'wrong'), 'select 1')).rejects.toMatchObject({ code: '28P01' });
  await second.stop();
});

test('a server left behind by a killed service is taken over', async () => {
  const folder = await newFolder();
  const script = `
    const { startEmbedded } = await import(${JSON.stringify(new URL('../../../src/database/embedded.ts', import.meta.url).href)});
    const { url } = await startEmbedded(${JSON.stringify(folder)});
    console.log(url);
    setInterval(() => undefined, 1000);`;
  const service = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((said) => service.stdout.once('data', (chunk: Buffer) => said(chunk.toString().trim())));
  service.kill('SIGKILL');
  await new Promise((done) => service.once('exit', done));

  const taken = await startEmbedded(folder);
  expect(taken).toMatchObject({ reused: true, url });
  expect(await ask(taken.url, 'select 1')).toBe(1);
  await taken.stop();
  await expect(ask(taken.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('an old postmaster.pid of a process that is gone does not hinder', async () => {
  const folder = await newFolder();
  const first = await startEmbedded(folder);
  const [pid] = (await readFile(join(folder, 'data/postmaster.pid'), 'utf8')).split('\n');
  process.kill(Number(pid), 'SIGKILL');
  for (;;) if (!(await ask(first.url, 'select 1').catch(() => undefined))) break;
  const second = await startEmbedded(folder);
  expect(second.reused).toBe(false);
  expect(await ask(second.url, 'select 1')).toBe(1);
  await second.stop();
});

test('under a home that only its owner may enter it still starts', async () => {
  const server = await startEmbedded(await newFolder(0o700));
  expect(await ask(server.url, 'select 1')).toBe(1);
  const data = String(await ask(server.url, 'show data_directory'));
  await server.stop();
  if (process.getuid?.() === 0) {
    expect(data.startsWith('/var/lib/antin/')).toBe(true);
    await rm(join(data, '..'), { recursive: true });
  }
});
