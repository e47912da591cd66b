import type { Knex } from 'knex';
import type { Tx } from '../services.ts';

export interface ChallengeRow { tokenHash: Uint8Array; createdAt: Date; expiresAt: Date; usedAt: Date | null }

export async function insertChallenge(tx: Tx, row: ChallengeRow): Promise<void> {
  await tx('key_challenges').insert({ ...row, tokenHash: Buffer.from(row.tokenHash) });
}

export async function findChallenge(db: Knex, tokenHash: Uint8Array): Promise<ChallengeRow | undefined> {
  return db('key_challenges').where({ tokenHash: Buffer.from(tokenHash) }).first('tokenHash', 'createdAt', 'expiresAt', 'usedAt') as Promise<ChallengeRow | undefined>;
}

/** Uses a challenge up; of two at once one gets it. */
export async function markChallengeUsed(tx: Tx, tokenHash: Uint8Array, usedAt: Date): Promise<boolean> {
  return (await tx('key_challenges').where({ tokenHash: Buffer.from(tokenHash) }).whereNull('usedAt').where('expiresAt', '>', usedAt).update({ usedAt })) === 1;
}

/** Challenges that are over. */
export async function deleteChallenges(tx: Tx, before: Date): Promise<void> {
  await tx('key_challenges').where('expiresAt', '<', before).delete();
}

/** A certificate of ours as it stands now, and whose it is; `serving` is false for who has left. */
export interface SignerRow { id: string; state: string; profile: string; notBefore: Date; notAfter: Date; officialId: string | null; serving: boolean }

/** By serial number and SHA-256 of the whole certificate. The row is locked: nobody revokes it while its holder signs in. */
export async function lockSigner(tx: Tx, serialHex: string, fingerprint: Uint8Array): Promise<SignerRow | undefined> {
  const { rows } = await tx.raw<{ rows: SignerRow[] }>(
    `select c.id, c.state, c.profile, c.not_before, c.not_after, c.official_id,
       exists (select 1 from officials o where o.id = c.official_id and o.left_at is null) as serving
     from certificates c where c.serial_number = decode(?, 'hex') and sha256(c.der) = ? for share of c`, [serialHex, Buffer.from(fingerprint)]);
  return rows[0];
}
