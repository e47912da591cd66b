import type { Knex } from 'knex';

/**
 * What is rare among millions. Audit entries by call and by action: they are only ever added, so a filter for each stretch of
 * pages is enough; it costs the writers nothing, for it is made when a stretch is full. People who left, by name.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create index audit_entries_by_call on audit_entries
      using brin (request_id text_bloom_ops (n_distinct_per_range = 700), action text_bloom_ops (n_distinct_per_range = 64)) with (pages_per_range = 16, autosummarize = on);
    create index officials_left on officials (search_text(name), id) where left_at is not null;
  `);
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop index audit_entries_by_call; drop index officials_left;');
}
