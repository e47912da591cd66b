import type { Knex } from 'knex';

/** Lists that the service fetched itself, and when the one that holds was last looked for, with what went wrong. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table trust_lists
      add column fetched_from text,
      add column checked_at timestamptz,
      add column check_failure text;
    create unique index trust_lists_fetched_once on trust_lists (domain, digest) where fetched_from is not null;
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
