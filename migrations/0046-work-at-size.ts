import type { Knex } from 'knex';

/**
 * The work list where there are hundreds of thousands of requests: what is open is counted and listed from an index of its
 * own, and what has ended is found by its kind without looking at what is open. A request enters the ended ones once.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create index requests_by_step on requests (state, created_at, id) include (agency_id, due_at) where state in ('draft', 'confirmed', 'examined', 'returned');
    create index requests_ended on requests (created_at, id) where state in ('approved', 'completed', 'refused');
    create index requests_ended_by_kind on requests (kind, created_at, id) where state in ('approved', 'completed', 'refused');
  `);
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop index requests_by_step; drop index requests_ended; drop index requests_ended_by_kind;');
}
