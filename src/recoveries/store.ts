import type { Knex } from 'knex';
import type { Tx } from '../services.ts';

export interface RecoveryRow {
  id: string;
  operatorId: string;
  reason: string;
  askedAt: Date;
  askedBy: string;
  decidedAt: Date | null;
  decidedBy: string | null;
  approved: boolean | null;
}

/** The person to be let back. */
export interface LostOperator { id: string; name: string; email: string | null; kind: 'person' | 'system'; active: boolean }

const columns = ['id', 'operatorId', 'reason', 'askedAt', 'askedBy', 'decidedAt', 'decidedBy', 'approved'] as const;

export async function findLostOperator(db: Knex, id: string): Promise<LostOperator | undefined> {
  return db('operators').where({ id }).first('id', 'name', 'email', 'kind', 'active') as Promise<LostOperator | undefined>;
}

/** Stores a recovery unless one waits for this operator already; says whether it did. */
export async function insertRecovery(tx: Tx, row: RecoveryRow): Promise<boolean> {
  return (await tx('recoveries').insert(row).onConflict(tx.raw('(operator_id) where decided_at is null')).ignore().returning('id')).length === 1;
}

export async function lockRecovery(tx: Tx, id: string): Promise<RecoveryRow | undefined> {
  return tx('recoveries').where({ id }).forUpdate().first(...columns) as Promise<RecoveryRow | undefined>;
}

export async function markDecided(tx: Tx, id: string, decision: Pick<RecoveryRow, 'decidedAt' | 'decidedBy' | 'approved'>): Promise<void> {
  await tx('recoveries').where({ id }).update(decision);
}

/** The one that waits for a second administrator, with the name of the first. */
export async function findWaiting(db: Knex, operatorId: string): Promise<(RecoveryRow & { askedByName: string }) | undefined> {
  return db('recoveries as r').join('operators as o', 'o.id', 'r.askedBy').where('r.operatorId', operatorId).whereNull('r.decidedAt')
    .first(...columns.map((column) => `r.${column}`), 'o.name as askedByName') as Promise<(RecoveryRow & { askedByName: string }) | undefined>;
}
