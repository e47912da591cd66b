import type { Knex } from 'knex';
import type { AuditVerdict } from '../audit/verify.ts';
import type { Tx } from '../services.ts';

export interface VerificationRow {
  id: string;
  askedAt: Date;
  askedBy: string;
  askedName: string;
  /** number of the newest entry when it was asked for */
  total: number;
  /** number of the entry that it has come to */
  done: number;
  movedAt: Date;
  finishedAt: Date | null;
  verdict: AuditVerdict | null;
}

const columns = ['id', 'askedAt', 'askedBy', 'askedName', 'total', 'done', 'movedAt', 'finishedAt', 'verdict'] as const;

/** Two who ask at once get one verification. */
export async function lockAsking(tx: Tx): Promise<void> {
  await tx.raw('select pg_advisory_xact_lock(7218319)');
}

export async function findLatest(db: Knex): Promise<VerificationRow | undefined> {
  return db('audit_verifications').orderBy('askedAt', 'desc').first(...columns) as Promise<VerificationRow | undefined>;
}

export async function findVerification(db: Knex, id: string): Promise<VerificationRow | undefined> {
  return db('audit_verifications').where({ id }).first(...columns) as Promise<VerificationRow | undefined>;
}

export async function insertVerification(tx: Tx, row: VerificationRow): Promise<void> {
  await tx('audit_verifications').insert(row);
}

export async function markMoved(tx: Tx, id: string, { done, movedAt }: Pick<VerificationRow, 'done' | 'movedAt'>): Promise<void> {
  await tx('audit_verifications').where({ id }).whereNull('finishedAt').update({ done, movedAt });
}

/** False if another node was first. */
export async function markFinished(tx: Tx, id: string, { verdict, finishedAt }: { verdict: AuditVerdict; finishedAt: Date }): Promise<boolean> {
  const found = await tx('audit_verifications').where({ id }).whereNull('finishedAt').update({ verdict: JSON.stringify(verdict), finishedAt, movedAt: finishedAt, done: tx.ref('total') });
  return found === 1;
}

export async function findLastSequence(db: Knex): Promise<number> {
  const row = (await db('audit_entries').orderBy('sequence', 'desc').first('sequence')) as { sequence: number } | undefined;
  return row?.sequence ?? 0;
}
