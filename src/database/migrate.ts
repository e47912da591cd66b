import { readdir } from 'node:fs/promises';
import knex, { type Knex } from 'knex';
import { columnOf } from './pool.ts';

const folder = new URL('../../migrations/', import.meta.url);

// Any fixed number does; it only has to be the same for every node of one database.
const lockNumber = 7_218_316;

/**
 * Brings the schema up to date and returns the names of the files that were run. Each runs once, in the
 * order of names; one that appears later under a lower number is run as well. Nodes that start together
 * wait for each other.
 */
export async function migrate(url: string): Promise<string[]> {
  // One connection holds the lock while a second one works. No row mapping here: knex reads its own
  // bookkeeping columns by their names.
  const db = knex({
    client: 'pg', connection: url, pool: { min: 0, max: 2 }, wrapIdentifier: (value, original) => original(columnOf(value)),
  });
  try {
    return await db.transaction(async (lock) => {
      await lock.raw('select pg_advisory_xact_lock(?)', [lockNumber]);
      return runPending(db);
    });
  } finally {
    await db.destroy();
  }
}

async function runPending(db: Knex): Promise<string[]> {
  const config = { migrationSource: source, tableName: 'migrations' };
  // Under our lock nobody else migrates: knex's own mark can only be left over from a killed start.
  if (await db.schema.hasTable('migrations_lock')) await db.migrate.forceFreeMigrationsLock(config);
  const [, names] = (await db.migrate.latest(config)) as [number, string[]];
  return names;
}

// Our own source rather than knex's file loader: import() runs TypeScript natively, and the stored names
// keep no trace of where the folder stood.
const source: Knex.MigrationSource<string> = {
  getMigrations: async () => (await readdir(folder)).filter((name) => /^\d{4}-.*\.ts$/.test(name)).toSorted(),
  getMigrationName: (name) => name.replace(/\.ts$/, ''),
  getMigration: async (name) => (await import(new URL(name, folder).href)) as Knex.Migration,
};
