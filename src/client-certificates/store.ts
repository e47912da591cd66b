import type { Knex } from 'knex';
import type { Tx } from '../services.ts';

export interface OperatorCertificateRow {
  /** of the certificate */
  id: string;
  operatorId: string;
  /** what its holder calls it */
  name: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  releasedAt: Date | null;
}

/** With how the register has the certificate now. */
export interface PlacedCertificate extends OperatorCertificateRow {
  state: 'prepared' | 'issued' | 'revoked' | 'on_hold' | 'void';
  serialNumber: string;
  notBefore: Date;
  notAfter: Date;
  generationId: string;
  spkiHash: Buffer;
  der: Buffer | null;
}

const placed = (db: Knex): Knex.QueryBuilder => db('operatorCertificates as o').join('certificates as c', 'c.id', 'o.certificateId').select(
  'o.certificateId as id', 'o.operatorId', 'o.name', 'o.createdAt', 'o.lastUsedAt', 'o.releasedAt', 'c.state', db.raw(`encode(c.serial_number, 'hex') as serial_number`),
  'c.notBefore', 'c.notAfter', 'c.generationId', 'c.spkiHash', 'c.der');

export async function insertOperatorCertificate(tx: Tx, { id, ...row }: OperatorCertificateRow): Promise<void> {
  await tx('operator_certificates').insert({ certificateId: id, ...row });
}

/** Those of an operator, the newest first; void ones were never issued. */
export async function listByOperator(db: Knex, operatorId: string): Promise<PlacedCertificate[]> {
  return placed(db).where({ operatorId }).whereNot('c.state', 'void').orderBy([{ column: 'o.createdAt', order: 'desc' }, 'c.id']).limit(100) as unknown as Promise<PlacedCertificate[]>;
}

export async function findOperatorCertificate(db: Knex, id: string): Promise<PlacedCertificate | undefined> {
  return placed(db).where('o.certificateId', id).first() as Promise<PlacedCertificate | undefined>;
}

/** What stands for a certificate that somebody shows: ours by every byte of it, and whose, where it is to sign in with. */
export interface ShownRow {
  id: string; state: string; profile: string; notBefore: Date; notAfter: Date; generationId: string;
  operatorId: string | null; releasedAt: Date | null;
}

/** By serial number and SHA-256 of the whole certificate. The row is locked: nobody revokes it while its holder signs in. */
export async function lockShown(tx: Tx, serialHex: string, fingerprint: Uint8Array): Promise<ShownRow | undefined> {
  const { rows } = await tx.raw<{ rows: ShownRow[] }>(
    `select c.id, c.state, c.profile, c.not_before, c.not_after, c.generation_id, o.operator_id, o.released_at
     from certificates c left join operator_certificates o on o.certificate_id = c.id
     where c.serial_number = decode(?, 'hex') and sha256(c.der) = ? for share of c`, [serialHex, Buffer.from(fingerprint)]);
  return rows[0];
}

/** Whether every certificate from a generation up to its root still stands. */
export async function isChainIssued(db: Knex, generationId: string): Promise<boolean> {
  const { rows } = await db.raw<{ rows: { stands: boolean }[] }>(
    `with recursive up as (
       select c.generation_id, c.state from authority_generations g join certificates c on c.id = g.certificate_id where g.id = ?
       union select c.generation_id, c.state from up join authority_generations g on g.id = up.generation_id join certificates c on c.id = g.certificate_id)
     select bool_and(state = 'issued') as stands from up`, [generationId]);
  return rows[0]?.stands === true;
}

export async function markUsed(tx: Tx, certificateId: string, lastUsedAt: Date): Promise<void> {
  await tx('operator_certificates').where({ certificateId }).update({ lastUsedAt });
}

export async function markReleased(tx: Tx, certificateIds: readonly string[], releasedAt: Date): Promise<void> {
  await tx('operator_certificates').whereIn('certificateId', [...certificateIds]).whereNull('releasedAt').update({ releasedAt });
}

/** The lock that changes of an operator's passkeys take as well: two cannot both be the first, or both take the last away. */
export async function lockOwner(tx: Tx, operatorId: string): Promise<void> {
  await tx.raw('select pg_advisory_xact_lock(7218318, hashtext(?))', [operatorId]);
}

export async function countPasskeys(db: Knex, operatorId: string): Promise<number> {
  const [row] = (await db('passkeys').where({ operatorId }).whereNull('removedAt').count({ count: '*' })) as { count: number }[];
  return row?.count ?? 0;
}

/** Whose certificate it is to be. */
export async function findPerson(db: Knex, id: string): Promise<{ name: string; email: string | null; kind: 'person' | 'system' } | undefined> {
  return db('operators').where({ id }).first('name', 'email', 'kind') as Promise<{ name: string; email: string | null; kind: 'person' | 'system' } | undefined>;
}

export interface EndingRow { id: string; name: string; email: string; operatorName: string; notAfter: Date }

/** Those in force that end within a span, of people who can be written to and have no younger one. */
export async function listEnding(db: Knex, { after, before }: { after: Date; before: Date }): Promise<EndingRow[]> {
  return db('operator_certificates as o').join('certificates as c', 'c.id', 'o.certificateId').join('operators as p', 'p.id', 'o.operatorId')
    .whereNull('o.releasedAt').where({ 'c.state': 'issued', 'p.active': true }).whereNotNull('p.email').where('c.notAfter', '>', after).where('c.notAfter', '<=', before)
    .whereRaw(`not exists (select 1 from operator_certificates y join certificates d on d.id = y.certificate_id
      where y.operator_id = o.operator_id and y.released_at is null and d.state = 'issued' and d.not_after > ?)`, [before])
    .orderBy('c.notAfter').limit(1_000).select('c.id', 'o.name', 'p.email', 'p.name as operatorName', 'c.notAfter') as Promise<EndingRow[]>;
}
