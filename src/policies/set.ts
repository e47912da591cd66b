import { randomUUID } from 'node:crypto';
import { recordAudit } from '../audit/record.ts';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { isPolicyValue, type AnyPolicyValue, type PolicyKey } from './keys.ts';
import { insertHoliday, insertPolicy, lockLastPolicy, markPolicyEnd, type HolidayRow, type PolicyRow } from './store.ts';
import { localDate } from './working-days.ts';

export interface NewPolicy { key: PolicyKey; value: AnyPolicyValue; effectiveFrom: Date; source: string }

type World = Pick<Services, 'db' | 'now'>;

/**
 * Gives a policy a new value from an instant on, now or later. What held before is closed there and otherwise left as it was.
 * @throws Problem `invalid-fields`; `state-changed` if a value from that instant or later is set already
 */
export async function setPolicy({ db, now }: World, actor: Actor, input: NewPolicy): Promise<PolicyRow> {
  const at = now();
  if (!isPolicyValue(input.key, input.value)) throw wrongField('/value', 'policy-value');
  if (input.effectiveFrom < at) throw wrongField('/effectiveFrom', 'in-past');
  return db.transaction(async (tx) => {
    const last = await lockLastPolicy(tx, input.key);
    if (last && last.effectiveFrom >= input.effectiveFrom) {
      throw new Problem('state-changed', { key: input.key, lastEffectiveFrom: last.effectiveFrom.toISOString() });
    }
    if (last) await markPolicyEnd(tx, last.id, input.effectiveFrom);
    const row: PolicyRow = { id: randomUUID(), ...input, effectiveTo: null, createdAt: at, createdBy: actor.id };
    await insertPolicy(tx, row);
    await recordAudit(tx, actor, 'policy.set', { type: 'policy', id: input.key }, { before: last, after: row });
    return row;
  });
}

/**
 * Says of a coming day whether it is worked. Terms that have begun keep the end they were given.
 * @throws Problem `invalid-fields` for a day that has begun
 */
export async function setHoliday({ db, now }: World, actor: Actor, row: HolidayRow): Promise<HolidayRow> {
  if (row.day <= localDate(now())) throw wrongField('/day', 'not-in-future');
  return db.transaction(async (tx) => {
    const before = await insertHoliday(tx, row);
    await recordAudit(tx, actor, 'holiday.set', { type: 'holiday', id: row.day }, { before, after: row });
    return row;
  });
}

