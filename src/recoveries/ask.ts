import { randomUUID } from 'node:crypto';
import { recordAudit } from '../audit/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { findLostOperator, findWaiting, insertRecovery, type RecoveryRow } from './store.ts';

/**
 * An administrator asks that an operator who lost every passkey and certificate be let back. Nothing changes until another one agrees.
 * @throws Problem `not-found`, `own-request` for oneself, `duplicate-request` where one waits, `recovery-impossible` without an e-mail to write to
 */
export async function askRecovery({ db, now }: Pick<Services, 'db' | 'now'>, actor: Actor, { operatorId, reason }: { operatorId: string; reason: string }): Promise<RecoveryRow> {
  return db.transaction(async (tx) => {
    const operator = await findLostOperator(tx, operatorId);
    if (!operator) throw new Problem('not-found', { id: operatorId });
    if (operator.id === actor.id) throw new Problem('own-request');
    if (operator.kind !== 'person' || !operator.active || operator.email === null) throw new Problem('recovery-impossible');
    const row: RecoveryRow = { id: randomUUID(), operatorId, reason, askedAt: now(), askedBy: actor.id, decidedAt: null, decidedBy: null, approved: null };
    if (!(await insertRecovery(tx, row))) throw new Problem('duplicate-request');
    await recordAudit(tx, actor, 'recovery.asked', { type: 'operator', id: operatorId }, { before: null, after: { recovery: row.id, reason } });
    return row;
  });
}

/** The recovery of an operator that waits for a second administrator. */
export async function waitingRecovery({ db }: Pick<Services, 'db'>, operatorId: string): Promise<(RecoveryRow & { askedByName: string }) | undefined> {
  return findWaiting(db, operatorId);
}
