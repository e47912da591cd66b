import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startEmbedded } from '../src/database/embedded.ts';
import { migrate } from '../src/database/migrate.ts';
import { migrateJobs } from '../src/jobs/worker.ts';

const template = 'antin_template';

/** A database of one's own with all migrations, copied from a template made once per run. */
export async function createTestDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const cluster = await findCluster();
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  await administer(cluster, `create database ${name} template ${template} strategy file_copy`);
  return {
    url: cluster.replace(/\/postgres$/, `/${name}`),
    drop: () => drop(cluster, name),
  };
}

/** Connections that are just being closed are waited for: one that is cut off is an error in whoever holds it. */
async function drop(cluster: string, name: string): Promise<void> {
  for (let waited = 0; waited < 5_000; waited += 50) {
    if ((await administer(cluster, `select from pg_stat_activity where datname = '${name}'`)) === 0) break;
    await sleep(50);
  }
  await administer(cluster, `drop database if exists ${name} with (force)`);
}

/** Started by the first test file that asks, shared by all; files of pure tests never pay for it. */
async function findCluster(): Promise<string> {
  const folder = process.env['ANTIN_TEST_RUN'];
  if (folder === undefined) throw new Error('the test run has no folder: jest was started without its globalSetup');
  const ready = `${folder}/url`;
  for (;;) {
    const url = await readFile(ready, 'utf8').catch(() => '');
    if (url !== '') return url;
    if (await mkdir(`${folder}/starting`).then(() => true, () => false)) return startCluster(folder, ready);
    const failed = await readFile(`${folder}/failed`, 'utf8').catch(() => '');
    if (failed !== '') throw new Error(failed);
    await sleep(25);
  }
}

async function startCluster(folder: string, ready: string): Promise<string> {
  try {
    const { url } = await startEmbedded(`${folder}/postgres`, { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' });
    await administer(url, `create database ${template}`);
    const templateUrl = url.replace(/\/postgres$/, `/${template}`);
    await migrate(templateUrl);
    await migrateJobs(templateUrl);
    await writeFile(ready, url);
    return url;
  } catch (error) {
    await writeFile(`${folder}/failed`, `the test database could not be made: ${String(error)}`);
    throw error;
  }
}

/** Answers how many rows came or were touched. */
async function administer(url: string, statement: string): Promise<number | null> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rowCount;
  } finally {
    await client.end();
  }
}
