import { requireWithin } from '../access/scope.ts';
import { recordAudit } from '../audit/record.ts';
import { addJobOnCommit } from '../jobs/add.ts';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { findJob, insertApproval, listApprovals, lockJob, markJob, type JobState, type PlacedJob } from './store.ts';

export const bulkDecisions = ['approve', 'refuse', 'stop', 'resume'] as const;
export type BulkDecision = (typeof bulkDecisions)[number];
export interface BulkDecisionOrder { decision: BulkDecision; contentHash?: string | undefined; reason?: string | undefined }

/** From which state to which; the first approval is the examination. */
const steps: Readonly<Record<BulkDecision, Partial<Record<JobState, JobState>>>> = {
  approve: { checked: 'examined', examined: 'running' },
  refuse: { checked: 'refused', examined: 'refused', stopped: 'refused' },
  stop: { running: 'stopped' },
  resume: { stopped: 'running' },
};

/**
 * One decision on a job. Two different operators approve, neither of them the one who handed it in, and each names the
 * hash of what was seen. The second approval starts the work; `stop` ends it after the chunk it is at, `resume` goes on.
 * @throws Problem `not-found`, `outside-your-agency`, `own-request`, `state-changed`, `request-already-decided`, `invalid-fields`
 */
export async function decideBulk(services: Pick<Services, 'db' | 'now'>, actor: Actor, id: string, order: BulkDecisionOrder): Promise<PlacedJob> {
  await services.db.transaction(async (tx) => {
    const job = await lockJob(tx, id);
    if (!job || job.operation === 'reorganise') throw new Problem('not-found', { bulk: id });
    const state = await decideInTransaction(services, tx, actor, job, order);
    if (state === 'running') await addJobOnCommit(tx, 'run-bulk', { id });
  });
  return (await findJob(services.db, id))!;
}

/** The same for a locked job of whatever operation; answers the state it leaves. */
export async function decideInTransaction({ now }: Pick<Services, 'now'>, tx: Tx, actor: Actor, job: PlacedJob, order: BulkDecisionOrder): Promise<JobState> {
  if (job.agencyId !== null || actor.agencyPath !== undefined) requireWithin(actor, job.agencyPath);
  const { decision, reason } = order;
  const to = steps[decision][job.state];
  if (!to) throw new Problem(job.state === 'finished' || job.state === 'refused' ? 'request-already-decided' : 'state-changed', { state: job.state, decision });
  if (decision === 'refuse' && !reason) throw wrongField('/reason', 'reason-required');
  if (decision === 'approve') await requireOtherHands(tx, actor, job, order.contentHash);
  const at = now();
  await insertApproval(tx, { bulkId: job.id, decision, actorId: actor.id, actorName: actor.name, contentHash: job.contentHash, reason: reason ?? null, decidedAt: at });
  await markJob(tx, job.id, {
    state: to, ...(to === 'running' ? { beatAt: at, ...(job.startedAt ? {} : { startedAt: at }) } : {}), ...(to === 'refused' ? { finishedAt: at, reason: reason ?? null } : {}),
  });
  await recordAudit(tx, actor, `bulk.${decision}`, { type: 'bulk', id: job.id },
    { before: { state: job.state }, after: { state: to, reason, contentHash: job.contentHash && Buffer.from(job.contentHash).toString('hex') } });
  return to;
}

async function requireOtherHands(tx: Tx, actor: Actor, job: PlacedJob, seen: string | undefined): Promise<void> {
  if (seen === undefined) throw wrongField('/contentHash', 'content-hash-required');
  if (!job.contentHash || seen.toLowerCase() !== Buffer.from(job.contentHash).toString('hex')) throw new Problem('state-changed', { changed: 'content' });
  if (job.submittedBy === actor.id) throw new Problem('own-request', { hand: 'submitter' });
  const earlier = (await listApprovals(tx, job.id)).some(({ decision, actorId }) => decision === 'approve' && actorId === actor.id);
  if (earlier) throw new Problem('own-request', { hand: 'examiner' });
}
