import type { Knex } from 'knex';
import type { Tx } from '../services.ts';

export interface UnitRow { keyId: string; generationId: string; der: Uint8Array; createdAt: Date }

/** The newest unit whose certificate is valid at an instant. */
export async function findUnit(db: Knex, at: Date): Promise<UnitRow | undefined> {
  const { rows } = await db.raw<{ rows: UnitRow[] }>(
    `select u.key_id, u.generation_id, u.created_at, c.der
     from receipt_units u join certificates c on c.id = u.certificate_id
     where c.state = 'issued' and c.not_before <= ? and c.not_after > ? order by u.created_at desc limit 1`, [at, at]);
  return rows[0];
}

/** Every certificate that ever signed receipts here. */
export async function listUnitCertificates(db: Knex): Promise<Uint8Array[]> {
  const { rows } = await db.raw<{ rows: { der: Uint8Array }[] }>(
    `select c.der from receipt_units u join certificates c on c.id = u.certificate_id where c.der is not null order by u.created_at desc limit 200`);
  return rows.map(({ der }) => der);
}

/** Whether a unit was made after this instant, finished or not. */
export async function hasUnitSince(tx: Tx, at: Date): Promise<boolean> {
  const { rows } = await tx.raw<{ rows: unknown[] }>(
    `select from receipt_units u join certificates c on c.id = u.certificate_id
     where u.created_at > ? and c.state in ('prepared', 'issued') limit 1`, [at]);
  return rows.length > 0;
}

/** One transaction at a time may look for a unit and make one. */
export async function lockUnits(tx: Tx): Promise<void> {
  await tx.raw('lock table receipt_units in share row exclusive mode');
}

export async function insertUnit(tx: Tx, unit: { certificateId: string; generationId: string; keyId: string; createdAt: Date }): Promise<void> {
  await tx('receipt_units').insert(unit);
}

/** Whether there is an authority to certify a key at all. */
export async function hasIssuingAuthority(db: Knex): Promise<boolean> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `select from authority_generations g join authorities a on a.id = g.authority_id join certificates c on c.id = g.certificate_id
     where a.kind = 'issuing' and g.retired_at is null and c.state = 'issued' limit 1`);
  return rows.length > 0;
}

/** What we keep of an answer, to compare a receipt with. */
export async function findKeptReceipt(db: Knex, id: string): Promise<Uint8Array | undefined> {
  const row = await db('verifications').where({ id }).first('receipt') as { receipt: Uint8Array | null } | undefined;
  return row?.receipt ?? undefined;
}
