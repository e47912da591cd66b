import type { Knex } from 'knex';

/**
 * Officials as the certificates name them. The national identity number is not here: it will have a table of
 * its own, encrypted and with a blind index, so that nothing that reads this one can see it.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table officials (
      id         uuid primary key,
      agency_id  uuid not null references agencies,
      name       text not null check (length(name) between 1 and 64),
      position   text not null check (length(position) between 1 and 200),
      email      text not null check (length(email) between 3 and 254 and email = lower(email)),
      left_at    timestamptz,
      created_at timestamptz not null,
      updated_at timestamptz not null
    );
    create unique index officials_by_email on officials (email) where left_at is null;
    create index officials_by_agency on officials (agency_id, id);
    create index officials_by_search on officials using gin (search_text(name || ' ' || email) gin_trgm_ops);
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
