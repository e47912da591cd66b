import type { Knex } from 'knex';

/**
 * Token buckets of callers, one for all nodes. `bucket` is a keyed hash of who calls and for what. Unlogged: after a crash of
 * the database everyone has a full bucket, which costs nothing.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create unlogged table rate_buckets (
      bucket    bytea primary key check (length(bucket) = 32),
      tokens    double precision not null,
      refused   boolean not null,
      filled_at timestamptz not null
    );
    create index rate_buckets_by_time on rate_buckets (filled_at);
  `);
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table rate_buckets');
}
