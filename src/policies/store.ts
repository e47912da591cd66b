import type { Knex } from 'knex';
import type { Tx } from '../services.ts';
import type { AnyPolicyValue, PolicyKey } from './keys.ts';

export interface PolicyRow {
  id: string;
  key: PolicyKey;
  value: AnyPolicyValue;
  effectiveFrom: Date;
  /** the first instant it no longer holds; null: open */
  effectiveTo: Date | null;
  source: string;
  createdAt: Date;
  createdBy: string;
}

export interface HolidayRow { day: string; working: boolean; name: string; source: string }

const columns = ['id', 'key', 'value', 'effectiveFrom', 'effectiveTo', 'source', 'createdAt', 'createdBy'] as const;

/** What holds at an instant, one row per key. */
export async function listPoliciesAt(db: Knex, at: Date): Promise<PolicyRow[]> {
  return db<PolicyRow>('policies').where('effectiveFrom', '<=', at)
    .andWhere((q) => void q.whereNull('effectiveTo').orWhere('effectiveTo', '>', at)).orderBy('key').select(...columns);
}

/** Every row a key ever had, the newest first. */
export async function listPolicyHistory(db: Knex, key: PolicyKey): Promise<PolicyRow[]> {
  return db<PolicyRow>('policies').where({ key }).orderBy('effectiveFrom', 'desc').limit(500).select(...columns);
}

/** The last row of a key, locked: whoever adds the next one waits here for the other. */
export async function lockLastPolicy(tx: Tx, key: PolicyKey): Promise<PolicyRow | undefined> {
  // the lock is of the key: locking rows would still let two first rows in
  await tx.raw('select pg_advisory_xact_lock(hashtext(?))', [`policy ${key}`]);
  return tx<PolicyRow>('policies').where({ key }).orderBy('effectiveFrom', 'desc').first(...columns);
}

export async function markPolicyEnd(tx: Tx, id: string, effectiveTo: Date): Promise<void> {
  await tx('policies').where({ id }).update({ effectiveTo });
}

export async function insertPolicy(tx: Tx, row: PolicyRow): Promise<void> {
  await tx('policies').insert({ ...row, value: JSON.stringify(row.value) });
}

/** Days off and exchanged days of a span of local dates, both ends inside. */
export async function listHolidays(db: Knex, from: string, to: string): Promise<HolidayRow[]> {
  const { rows } = await db.raw<{ rows: HolidayRow[] }>(
    `select day::text, working, name, source from holidays where day between ? and ? order by day`, [from, to]);
  return rows;
}

/** Stores a day, in place of what stood there; answers what that was. */
export async function insertHoliday(tx: Tx, row: HolidayRow): Promise<HolidayRow | undefined> {
  const { rows } = await tx.raw<{ rows: HolidayRow[] }>(
    'select day::text, working, name, source from holidays where day = ? for update', [row.day]);
  await tx('holidays').insert(row).onConflict('day').merge();
  return rows[0];
}
