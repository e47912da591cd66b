import type { Knex } from 'knex';
import type { RevocationReason } from '../../pki/crl/reason.ts';
import type { Tx } from '../services.ts';

export interface StatusRow {
  state: 'prepared' | 'issued' | 'revoked' | 'on_hold' | 'void';
  revokedAt: Date | null;
  reason: RevocationReason | null;
  invalidityDate: Date | null;
}

/** One indexed read. @param serialNumber magnitude, as it is stored */
export async function findStatus(db: Knex, generationId: string, serialNumber: Buffer): Promise<StatusRow | undefined> {
  const { rows } = await db.raw<{ rows: StatusRow[] }>(
    `select c.state, r.revoked_at, r.reason, r.invalidity_date from certificates c left join revocations r on r.certificate_id = c.id
     where c.generation_id = ? and c.serial_number = ?`, [generationId, serialNumber]);
  return rows[0];
}

export interface ResponderRow { generationId: string; keyId: string; der: Uint8Array; notBefore: Date; notAfter: Date }

/** The responder certificate of a generation that lasts longest among those valid at an instant. */
export async function findResponder(db: Knex, generationId: string, at: Date): Promise<ResponderRow | undefined> {
  const { rows } = await db.raw<{ rows: ResponderRow[] }>(
    `select r.generation_id, r.key_id, c.der, c.not_before, c.not_after
     from ocsp_responders r join certificates c on c.id = r.certificate_id
     where r.generation_id = ? and c.state = 'issued' and c.not_before <= ? and c.not_after > ?
     order by c.not_after desc limit 1`, [generationId, at, at]);
  return rows[0];
}

/** Generations in service with no responder certificate that is still good at that instant. */
export async function listWithoutResponder(db: Knex, at: Date, now: Date): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select g.id from authority_generations g join certificates own on own.id = g.certificate_id
     where own.state = 'issued' and own.not_after > ? and not exists (
       select from ocsp_responders r join certificates c on c.id = r.certificate_id
       where r.generation_id = g.id and c.state in ('prepared', 'issued') and c.not_after > ?)
     order by g.created_at`, [now, at]);
  return rows.map(({ id }) => id);
}

export async function insertResponder(tx: Tx, responder: { certificateId: string; generationId: string; keyId: string; createdAt: Date }): Promise<void> {
  await tx('ocsp_responders').insert(responder);
}
