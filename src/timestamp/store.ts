import type { Knex } from 'knex';
import type { Tx } from '../services.ts';

export interface UnitRow { keyId: string; generationId: string; policy: string; der: Uint8Array; createdAt: Date }

/** The newest unit whose certificate is valid at an instant. */
export async function findUnit(db: Knex, at: Date): Promise<UnitRow | undefined> {
  const { rows } = await db.raw<{ rows: UnitRow[] }>(
    `select u.key_id, u.generation_id, u.policy, u.created_at, c.der
     from timestamp_units u join certificates c on c.id = u.certificate_id
     where c.state = 'issued' and c.not_before <= ? and c.not_after > ? order by u.created_at desc limit 1`, [at, at]);
  return rows[0];
}

/** Whether a unit was made after this instant, finished or not. */
export async function hasUnitSince(tx: Tx, at: Date): Promise<boolean> {
  const { rows } = await tx.raw<{ rows: unknown[] }>(
    `select from timestamp_units u join certificates c on c.id = u.certificate_id
     where u.created_at > ? and c.state in ('prepared', 'issued') limit 1`, [at]);
  return rows.length > 0;
}

/** One transaction at a time may look for a unit and make one. */
export async function lockUnits(tx: Tx): Promise<void> {
  await tx.raw('lock table timestamp_units in share row exclusive mode');
}

export async function insertUnit(tx: Tx, unit: { certificateId: string; generationId: string; keyId: string; policy: string; createdAt: Date }): Promise<void> {
  await tx('timestamp_units').insert(unit);
}

/** The clock of the database server. */
export async function readDatabaseClock(db: Knex): Promise<Date> {
  const { rows } = await db.raw<{ rows: { at: Date }[] }>('select clock_timestamp() as at');
  return rows[0]!.at;
}
