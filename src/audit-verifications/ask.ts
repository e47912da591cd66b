import { randomUUID } from 'node:crypto';
import { recordAudit } from '../audit/record.ts';
import { addJobOnCommit } from '../jobs/add.ts';
import type { Actor, Services } from '../services.ts';
import { findLastSequence, findLatest, insertVerification, lockAsking, type VerificationRow } from './store.ts';

/** One that has not moved for so long has lost its node; its job may still take it up, but nobody has to wait for it. */
const stalledMs = 5 * 60_000;

export const isStalled = ({ finishedAt, movedAt }: Pick<VerificationRow, 'finishedAt' | 'movedAt'>, now: Date): boolean =>
  finishedAt === null && now.getTime() - movedAt.getTime() > stalledMs;

/** Asks that the whole audit trail be verified in the background. While one is under way, that one is meant. */
export async function askVerification({ db, now }: Pick<Services, 'db' | 'now'>, actor: Actor): Promise<VerificationRow> {
  return db.transaction(async (tx) => {
    await lockAsking(tx);
    const at = now();
    const latest = await findLatest(tx);
    if (latest && latest.finishedAt === null && !isStalled(latest, at)) return latest;
    const row: VerificationRow = {
      id: randomUUID(), askedAt: at, askedBy: actor.id, askedName: actor.name, total: await findLastSequence(tx), done: 0, movedAt: at, finishedAt: null, verdict: null,
    };
    await insertVerification(tx, row);
    await recordAudit(tx, actor, 'audit-verification.asked', { type: 'audit-verification', id: row.id }, { before: null, after: { total: row.total } });
    await addJobOnCommit(tx, 'verify-audit', { id: row.id }, { maxAttempts: 3, queue: 'verify-audit' });
    return row;
  });
}
