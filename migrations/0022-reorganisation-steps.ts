import type { Knex } from 'knex';

/** How far the registers of a plan have been made new, agency by agency and person by person. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table reorganisation_agencies add column applied_at timestamptz;
    alter table reorganisation_people add column settled_at timestamptz;
    update reorganisation_agencies a set applied_at = r.applied_at from reorganisations r where r.id = a.reorganisation_id and r.applied_at is not null;
    update reorganisation_people p set settled_at = r.applied_at from reorganisations r where r.id = p.reorganisation_id and r.applied_at is not null;
    create index reorganisation_agencies_waiting on reorganisation_agencies (reorganisation_id) where applied_at is null;
    create index reorganisation_people_waiting on reorganisation_people (reorganisation_id, official_id) where settled_at is null;
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
