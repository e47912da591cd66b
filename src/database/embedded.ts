import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import { findDataFolder, findServerFiles, giveToServer, serverUser } from './embedded-files.ts';

export interface EmbeddedServer {
  /** Connection string of the database `antin`'s cluster, superuser. */
  url: string;
  /** True where a server left over from a killed service was taken over. */
  reused: boolean;
  /** Fast shutdown: sessions are ended, nothing committed is lost. Resolves when the server is gone. */
  stop(): Promise<void>;
}

const startSeconds = 60;
const stopSeconds = 30;

/**
 * A real PostgreSQL of our own on the loopback: made on first use, started, or taken over if it still runs.
 * @param folder  holds the data and the password, e.g. `.antin/postgres`
 * @param settings server settings, e.g. `{ fsync: 'off' }` for tests
 */
export async function startEmbedded(folder: string, settings: Record<string, string> = {}): Promise<EmbeddedServer> {
  const root = resolve(folder);
  await mkdir(root, { recursive: true, mode: 0o711 });
  const data = await findDataFolder(join(root, 'data'));
  const files = await findServerFiles();
  const password = await initialise(root, data, files);
  const urlOf = (port: number): string => `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;

  const running = await findRunning(data, urlOf);
  if (running) return { url: urlOf(running.port), reused: true, stop: () => stopProcess(running.pid) };

  const port = settings['port'] === undefined ? await findFreePort() : Number(settings['port']);
  const child = await startServer(files, data, { ...settings, port: String(port) });
  return { url: urlOf(port), reused: false, stop: () => stopProcess(child.pid ?? 0) };
}

/** initdb on an empty folder. The password stays in a file of mode 0600 beside the data. */
async function initialise(root: string, data: string, files: string): Promise<string> {
  const passwordFile = join(root, 'password');
  if (await stat(join(data, 'PG_VERSION')).catch(() => undefined)) return (await readFile(passwordFile, 'utf8')).trim();
  const password = randomBytes(24).toString('hex');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await rm(data, { recursive: true, force: true });
  await mkdir(data, { recursive: true, mode: 0o700 });
  await giveToServer(data);
  // initdb runs as the server's user and cannot read our file, so it gets one of its own for a moment.
  const handed = join(dirname(data), `initdb-${process.pid}`);
  await writeFile(handed, password, { mode: 0o600 });
  await giveToServer(handed);
  try {
    await run(join(files, 'bin/initdb'), ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', handed,
      '-E', 'UTF8', '--locale=C', '--data-checksums', '--no-instructions']);
  } catch (error) {
    await rm(data, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(handed, { force: true });
  }
  return password;
}

async function run(command: string, args: string[]): Promise<void> {
  const child = spawnAsServer(command, args);
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => { errors += chunk.toString(); });
  const code = await new Promise<number | null>((done, failed) => child.once('error', failed).once('close', done));
  if (code !== 0) throw new Error(`${command} failed (${code}): ${errors.trim()}`);
}

// A group of its own: Ctrl-C in a terminal must reach the service alone, which stops the server last.
function spawnAsServer(command: string, args: string[]): ChildProcess {
  return spawn(command, args, {
    cwd: '/', detached: true, stdio: ['ignore', 'ignore', 'pipe'],
    env: { LC_ALL: 'C', TZ: 'UTC' },
    ...(serverUser === undefined ? {} : { uid: serverUser, gid: serverUser }),
  });
}

async function startServer(files: string, data: string, settings: Record<string, string>): Promise<ChildProcess> {
  const all = { ...settings, listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: '200', timezone: 'UTC' };
  const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawnAsServer(join(files, 'bin/postgres'), ['-D', data, ...args]);
  let said = '';
  await new Promise<void>((ready, failed) => {
    const timer = setTimeout(() => failed(new Error(`PostgreSQL did not start in ${startSeconds} s: ${said}`)), startSeconds * 1000);
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`PostgreSQL ended while starting (${code}): ${said.trim()}`)));
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000);
      if (!said.includes('database system is ready to accept connections')) return;
      clearTimeout(timer);
      ready();
    });
  });
  child.unref();
  // The pipe must be read to its end or the server blocks on a full one; it must not keep us running either.
  if (child.stderr && 'unref' in child.stderr && typeof child.stderr.unref === 'function') child.stderr.unref();
  return child;
}

/**
 * A server that a killed service left behind: its postmaster.pid holds the process on line 1, the port on 4. One that is
 * just ending still has its process for a moment, so only one that answers counts; the other is waited for.
 */
async function findRunning(data: string, urlOf: (port: number) => string): Promise<{ pid: number; port: number } | undefined> {
  for (let waited = 0; ; waited += 20) {
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    const pid = Number(lines[0]);
    const port = Number(lines[3]);
    if (!(pid > 0) || !(port > 0) || !isAlive(pid) || !(await isServer(pid))) return undefined;
    if (await answers(urlOf(port))) return { pid, port };
    if (waited >= stopSeconds * 1000) throw new Error(`PostgreSQL (process ${pid}) neither answers nor ends`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The number may belong to another process by now, or to one that ended and was not waited for yet. Without /proc it is believed. */
async function isServer(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => (process.platform === 'linux' ? '' : 'x (postgres) S'));
  const [, name = '', state = ''] = /\((.*)\) (\S)/.exec(stat) ?? [];
  return name.startsWith('postgres') && state !== 'Z' && state !== 'X';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function stopProcess(pid: number): Promise<void> {
  if (pid <= 0 || !isAlive(pid)) return;
  process.kill(pid, 'SIGINT');
  for (let waited = 0; isAlive(pid); waited += 20) {
    if (waited === stopSeconds * 1000) throw new Error(`PostgreSQL (process ${pid}) did not stop in ${stopSeconds} s`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

async function findFreePort(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer().once('error', failed).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => found(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
