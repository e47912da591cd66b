import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'antin-test-';

/** Names the folder of this run for a cluster that the first test in need of one starts; sweeps up after killed runs. */
export default async function start() {
  for (const name of await readdir(tmpdir())) if (name.startsWith(prefix)) await sweep(join(tmpdir(), name));
  const folder = await mkdtemp(join(tmpdir(), prefix));
  // The server runs as another user where we are root.
  await chmod(folder, 0o711);
  await writeFile(join(folder, 'owner'), String(process.pid));
  process.env.ANTIN_TEST_RUN = folder;
}

async function sweep(folder) {
  const owner = Number(await readFile(join(folder, 'owner'), 'utf8').catch(() => 'NaN'));
  if (!(owner > 0) || isAlive(owner)) return;
  await removeRun(folder);
}

/** Ends the cluster of a run, if it started one, and takes its folder away. */
export async function removeRun(folder) {
  const [pid] = (await readFile(join(folder, 'postgres/data/postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  if (Number(pid) > 0 && isAlive(Number(pid))) {
    process.kill(Number(pid), 'SIGQUIT');
    while (isAlive(Number(pid))) await new Promise((done) => setTimeout(done, 20));
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
