import type { Knex } from 'knex';

/** People by whose certificate ends next, and by name. Neither index is on what signing or revoking writes, so both stay cheap. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create index certificates_by_end on certificates (not_after, id) where official_id is not null;
    create index officials_by_name on officials (search_text(name), id);
  `);
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop index certificates_by_end; drop index officials_by_name;');
}
