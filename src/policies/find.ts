import type { Knex } from 'knex';
import type { AnyPolicyValue, PolicyKey, PolicyValue } from './keys.ts';
import { listHolidays, listPoliciesAt } from './store.ts';
import { localDate, type Calendar } from './working-days.ts';

/** What holds at one instant, asked once and handed on. */
export interface Policies {
  /** @throws Error when the key has no row for that instant: the installation is broken */
  get<K extends PolicyKey>(key: K): PolicyValue<K>;
}

/** All policies that hold at an instant, in one query. */
export async function policiesAt(db: Knex, at: Date): Promise<Policies> {
  const rows = await listPoliciesAt(db, at);
  const values = new Map<PolicyKey, AnyPolicyValue>(rows.map((row) => [row.key, row.value]));
  return {
    get<K extends PolicyKey>(key: K): PolicyValue<K> {
      const value = values.get(key);
      if (value === undefined) throw new Error(`no policy ${key} at ${at.toISOString()}`);
      return value as PolicyValue<K>;
    },
  };
}

/** One policy at an instant. @throws Error when it has no row for it */
export async function policyAt<K extends PolicyKey>(db: Knex, key: K, at: Date): Promise<PolicyValue<K>> {
  return (await policiesAt(db, at)).get(key);
}

/** Longer than any term of ours runs, holidays and all. */
const calendarDays = 150;

/** The working calendar that terms beginning at an instant need. */
export async function calendarFrom(db: Knex, at: Date): Promise<Calendar> {
  const rows = await listHolidays(db, localDate(at), localDate(new Date(at.getTime() + calendarDays * 86_400_000)));
  return new Map(rows.map(({ day, working }) => [day, working]));
}
