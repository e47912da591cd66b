import type { Knex } from 'knex';

/** Not in a transaction: made while entries are written. One that was left half made is made anew. */
export const config = { transaction: false };

/**
 * What is rare among millions. Audit entries by call and by action: they are only ever added, so a filter for each stretch of
 * pages is enough; it costs the writers nothing, for it is made when a stretch is full. People who left, by name.
 */
const indexes = {
  audit_entries_by_call: `audit_entries
    using brin (request_id text_bloom_ops (n_distinct_per_range = 700), action text_bloom_ops (n_distinct_per_range = 64)) with (pages_per_range = 16, autosummarize = on)`,
  officials_left: 'officials (search_text(name), id) where left_at is not null',
} as const;

export async function up(db: Knex): Promise<void> {
  for (const [name, on] of Object.entries(indexes)) {
    await db.raw(`drop index concurrently if exists ${name}`);
    await db.raw(`create index concurrently ${name} on ${on}`);
  }
}

export async function down(db: Knex): Promise<void> {
  for (const name of Object.keys(indexes)) await db.raw(`drop index concurrently if exists ${name}`);
}
