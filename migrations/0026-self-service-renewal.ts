import type { Knex } from 'knex';

/** Whether holders renew by themselves. The law knows one applicant, the managing agency: a committee that wants more says so by date and source. */
export async function up(db: Knex): Promise<void> {
  await db.raw(
    `insert into policies (id, key, value, effective_from, source, created_at, created_by)
     values (gen_random_uuid(), 'renewal.self_service', 'false', timestamptz '2024-08-15 00:00:00+07',
       'NĐ 68/2024/NĐ-CP Điều 11: the managing agency asks, and its request is examined', timestamptz '2024-08-15 00:00:00+07', 'migration')`);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
