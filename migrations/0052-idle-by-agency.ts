import type { Knex } from 'knex';

/** Certificates of officials in a part of the country, for the list of those that nobody used. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create index certificate_facts_of_officials_by_agency on certificate_facts (agency_id, issued_at)
    where profile = 'official-signing' and official_id is not null and revoked_at is null and not on_hold`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop index certificate_facts_of_officials_by_agency');
}
