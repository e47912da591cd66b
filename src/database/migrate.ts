import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import knex, { type Knex } from 'knex';
import pg from 'pg';
import { columnOf } from './pool.ts';

const folder = new URL('../../migrations/', import.meta.url);

// Any fixed number does; it only has to be the same for every node of one database.
const lockNumber = 7_218_316;

const askAgainMs = 200;

/**
 * Brings the schema up to date and returns the names of the files that were run. Each runs once, in the
 * order of names; one that appears later under a lower number is run as well. Each is done wholly or not at
 * all, except one that says `config = { transaction: false }`, which must stand being begun anew. Nodes that
 * start together wait for each other.
 */
export async function migrate(url: string): Promise<string[]> {
  // No row mapping here: knex reads its own bookkeeping columns by their names.
  const db = knex({
    client: 'pg', connection: url, pool: { min: 0, max: 1 }, wrapIdentifier: (value, original) => original(columnOf(value)),
  });
  const lock = new pg.Client({ connectionString: url });
  // a connection that is lost has lost the lock: what runs is then as safe as without one, and its own errors tell
  lock.on('error', () => undefined);
  try {
    await lock.connect();
    while (!(await isLocked(lock))) await sleep(askAgainMs);
    return await runPending(db);
  } finally {
    await lock.end();
    await db.destroy();
  }
}

/**
 * Whether the lock is ours, until the connection ends. Neither waited for in the database nor held by a transaction: an index
 * that is made concurrently waits for both, and would do so for ever.
 */
async function isLocked(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [lockNumber]);
  return rows[0]!.locked;
}

async function runPending(db: Knex): Promise<string[]> {
  const config = { migrationSource: source, tableName: 'migrations' };
  // Under our lock nobody else migrates: knex's own mark can only be left over from a killed start.
  if (await db.schema.hasTable('migrations_lock')) await db.migrate.forceFreeMigrationsLock(config);
  const names: string[] = [];
  for (;;) {
    const [, [name]] = (await db.migrate.up(config)) as [number, string[]];
    if (name === undefined) return names;
    names.push(name);
  }
}

// Our own source rather than knex's file loader: import() runs TypeScript natively, and the stored names
// keep no trace of where the folder stood.
const source: Knex.MigrationSource<string> = {
  getMigrations: async () => (await readdir(folder)).filter((name) => /^\d{4}-.*\.ts$/.test(name)).toSorted(),
  getMigrationName: (name) => name.replace(/\.ts$/, ''),
  getMigration: async (name) => (await import(new URL(name, folder).href)) as Knex.Migration,
};
