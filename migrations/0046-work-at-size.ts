import type { Knex } from 'knex';

/** Not in a transaction: made while requests are written. One that was left half made is made anew. */
export const config = { transaction: false };

/**
 * The work list where there are hundreds of thousands of requests: what is open is counted and listed from an index of its
 * own, and what has ended is found by its kind without looking at what is open. A request enters the ended ones once.
 */
const indexes = {
  requests_by_step: `requests (state, created_at, id) include (agency_id, due_at) where state in ('draft', 'confirmed', 'examined', 'returned')`,
  requests_ended: `requests (created_at, id) where state in ('approved', 'completed', 'refused')`,
  requests_ended_by_kind: `requests (kind, created_at, id) where state in ('approved', 'completed', 'refused')`,
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
