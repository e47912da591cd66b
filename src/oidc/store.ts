import type { Knex } from 'knex';
import type { Tx } from '../services.ts';

export interface AttemptRow { tokenHash: Uint8Array; returnPath: string; expiresAt: Date }

export async function insertAttempt(tx: Tx, row: AttemptRow): Promise<void> {
  await tx('oidc_attempts').insert({ ...row, tokenHash: Buffer.from(row.tokenHash) });
}

/** Takes an attempt out: it can be finished once. */
export async function deleteAttempt(tx: Tx, tokenHash: Uint8Array): Promise<AttemptRow | undefined> {
  const [row] = (await tx('oidc_attempts').where({ tokenHash: Buffer.from(tokenHash) }).delete().returning(['tokenHash', 'returnPath', 'expiresAt'])) as AttemptRow[];
  return row;
}

export async function deleteAttempts(tx: Tx, before: Date): Promise<void> {
  await tx('oidc_attempts').where('expiresAt', '<', before).delete();
}

/** Serving officials with this work e-mail, in small letters; two at most, for one too many is enough. */
export async function listOfficials(db: Knex, email: string): Promise<{ id: string }[]> {
  return db('officials').where({ email }).whereNull('leftAt').limit(2).select('id') as Promise<{ id: string }[]>;
}
