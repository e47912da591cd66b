import type { Knex } from 'knex';

/** Operators who lost every way in: two administrators let them back. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table recoveries (
      id          uuid primary key,
      operator_id uuid not null references operators,
      reason      text not null check (length(reason) between 1 and 500),
      asked_at    timestamptz not null,
      asked_by    uuid not null references operators,
      decided_at  timestamptz,
      decided_by  uuid references operators,
      approved    boolean,
      check ((decided_at is null) = (decided_by is null) and (decided_at is null) = (approved is null)),
      check (approved is not true or decided_by <> asked_by)
    );
    create unique index recoveries_waiting on recoveries (operator_id) where decided_at is null;
    create index operators_in_order on operators (created_at, id);
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
