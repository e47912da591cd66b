import type { Knex } from 'knex';

/**
 * Keys that sign receipts, the signed receipts, and which evidence an answer rested on. `receipt` is null where no authority
 * of ours could certify a key yet.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table receipt_units (
      certificate_id uuid primary key references certificates (id),
      generation_id  uuid not null references authority_generations (id),
      key_id         uuid not null unique references keys (id),
      created_at     timestamptz not null
    );

    alter table verifications
      add column receipt  bytea check (length(receipt) between 1 and 1048576),
      add column evidence jsonb not null default '[]';
  `);
}

export async function down(): Promise<void> {
  throw new Error('restore from backup');
}
