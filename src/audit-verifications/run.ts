import { systemActor } from '../access/actors.ts';
import { recordAudit } from '../audit/record.ts';
import { verifyAudit } from '../audit/verify.ts';
import type { JobTask } from '../jobs/task.ts';
import type { Services } from '../services.ts';
import { findVerification, markFinished, markMoved } from './store.ts';

// About a second's work: a write per chunk would cost more than the chunk.
const toldEvery = 50_000;

/** Verifies the trail for whoever asked, says on the way how far it is, and keeps what was found. One that is finished is left alone. */
export async function runVerification(services: Pick<Services, 'db' | 'now'>, id: string): Promise<void> {
  const { db, now } = services;
  const row = await findVerification(db, id);
  if (!row || row.finishedAt !== null) return;
  let told = 0;
  const tell = (done: number): Promise<void> => {
    told = done;
    return db.transaction((tx) => markMoved(tx, id, { done: Math.min(done, row.total), movedAt: now() }));
  };
  await tell(0);
  const verdict = await verifyAudit(services, async (done) => { if (done - told >= toldEvery) await tell(done); });
  await db.transaction(async (tx) => {
    if (!(await markFinished(tx, id, { verdict, finishedAt: now() }))) return;
    const { faults, ...found } = verdict;
    await recordAudit(tx, systemActor('verify-audit'), 'audit-verification.finished', { type: 'audit-verification', id }, { before: null, after: { ...found, faults: faults.length } });
  });
}

export const auditVerificationTasks: readonly JobTask[] = [
  { name: 'verify-audit', run: async (services, payload) => runVerification(services, (payload as { id: string }).id) },
];
