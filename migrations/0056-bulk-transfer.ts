import type { Knex } from 'knex';

/** What the transfer of an official means is said by each line of a bulk job, and kept with it: the law asks it (NĐ 68/2024 Điều 15, 17). */
export async function up(db: Knex): Promise<void> {
  await db.raw(`alter table bulk_lines add column transfer text check (transfer in ('change', 'revoke'))`);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
