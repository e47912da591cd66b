import type { Knex } from 'knex';
import type { Tx } from '../services.ts';

/** Whose a passkey is: one of the two. */
export interface Owner { operatorId: string | null; officialId: string | null }

export interface PasskeyRow extends Owner {
  id: string;
  /** what the person calls it */
  name: string;
  /** kept by the maker of the device on several of them, not in one alone */
  synced: boolean;
  createdAt: Date;
  lastUsedAt: Date | null;
  removedAt: Date | null;
}

/** With what proves its use. */
export interface CredentialRow extends PasskeyRow {
  credentialId: Buffer;
  /** COSE_Key (RFC 9052 §7) */
  publicKey: Buffer;
  counter: number;
  transports: string[];
}

const columns = ['id', 'operatorId', 'officialId', 'name', 'synced', 'createdAt', 'lastUsedAt', 'removedAt'] as const;
const credentialColumns = [...columns, 'credentialId', 'publicKey', 'counter', 'transports'] as const;

export async function insertChallenge(tx: Tx, row: { challengeHash: Uint8Array; sessionId: string | null; expiresAt: Date }): Promise<void> {
  await tx('passkey_challenges').insert({ ...row, challengeHash: Buffer.from(row.challengeHash) });
}

/** Takes a challenge away; of two who answer the same one, one finds it. */
export async function deleteChallenge(tx: Tx, challengeHash: Uint8Array): Promise<{ sessionId: string | null; expiresAt: Date } | undefined> {
  const rows = (await tx('passkey_challenges').where({ challengeHash: Buffer.from(challengeHash) }).delete().returning(['sessionId', 'expiresAt'])) as
    { sessionId: string | null; expiresAt: Date }[];
  return rows[0];
}

/** Those that nobody answered in time. */
export async function deleteChallenges(tx: Tx, before: Date): Promise<void> {
  await tx('passkey_challenges').where('expiresAt', '<', before).delete();
}

export async function insertPasskey(tx: Tx, row: CredentialRow): Promise<void> {
  await tx('passkeys').insert(row);
}

/** A credential by the id its authenticator gave it, removed ones too. */
export async function findCredential(db: Knex, credentialId: Uint8Array): Promise<CredentialRow | undefined> {
  return db('passkeys').where({ credentialId: Buffer.from(credentialId) }).first(...credentialColumns) as Promise<CredentialRow | undefined>;
}

export async function lockCredential(tx: Tx, id: string): Promise<CredentialRow | undefined> {
  return tx('passkeys').where({ id }).forUpdate().first(...credentialColumns) as Promise<CredentialRow | undefined>;
}

export async function markUsed(tx: Tx, id: string, use: { counter: number; synced: boolean; lastUsedAt: Date }): Promise<void> {
  await tx('passkeys').where({ id }).update(use);
}

/** Those that can be used, the oldest first. */
export async function listByOwner(db: Knex, owner: Owner): Promise<CredentialRow[]> {
  return db('passkeys').where(owner).whereNull('removedAt').orderBy(['createdAt', 'id']).limit(100).select(...credentialColumns) as Promise<CredentialRow[]>;
}

/** Lets one change of a person's passkeys wait for another, so that two cannot both take the last away, or both be the first. */
export async function lockOwner(tx: Tx, { operatorId, officialId }: Owner): Promise<void> {
  await tx.raw('select pg_advisory_xact_lock(7218318, hashtext(?))', [operatorId ?? officialId]);
}

export async function markRemoved(tx: Tx, ids: readonly string[], removedAt: Date): Promise<void> {
  await tx('passkeys').whereIn('id', [...ids]).update({ removedAt });
}

/** Certificates that an operator signs in with: those held at all, and those in force. */
export async function countCertificates(db: Knex, operatorId: string | null, at: Date): Promise<{ held: number; inForce: number }> {
  const { rows } = await db.raw<{ rows: { held: number; inForce: number }[] }>(
    `select count(*)::int as held, (count(*) filter (where c.state = 'issued' and c.not_after > ?))::int as in_force
     from operator_certificates o join certificates c on c.id = o.certificate_id where o.operator_id = ? and o.released_at is null and c.state <> 'void'`, [at, operatorId]);
  return rows[0] ?? { held: 0, inForce: 0 };
}

/** Name and address that authenticators show beside a passkey. */
export async function findLabels(db: Knex, { operatorId, officialId }: Owner): Promise<{ name: string; email: string | null } | undefined> {
  const people = operatorId === null ? db('officials').where({ id: officialId }) : db('operators').where({ id: operatorId });
  return people.first('name', 'email') as Promise<{ name: string; email: string | null } | undefined>;
}
