import type { Knex } from 'knex';

/** The one key under which small secrets of the database are sealed, itself wrapped by the key-encryption key. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table data_keys (
      id         uuid primary key,
      "only"     boolean not null unique default true check ("only"),
      wrapped    bytea not null,
      kek_id     text not null,
      created_at timestamptz not null
    );
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
