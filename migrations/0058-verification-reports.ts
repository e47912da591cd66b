import type { Knex } from 'knex';

/** The report of ETSI TS 119 102-2 to each answer, without the signers' names; answers of before have none. */
export async function up(db: Knex): Promise<void> {
  await db.raw('alter table verifications add column etsi_report text');
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
