import { createHash } from 'node:crypto';
import type { BulkDecision } from '../bulk/decide.ts';
import { decidePlanned, findPlannedJob, type PlacedJob } from '../bulk/planned.ts';
import { addJobOnCommit } from '../jobs/add.ts';
import { recordAudit } from '../audit/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { findReorganisation, hasBegun, lockReorganisation, type StatedReorganisation } from './store.ts';

export interface ReorganisationDecision { decision: BulkDecision; contentHash?: string | undefined; reason?: string | undefined }

/** What an approval binds: the plan and every line, as one SHA-256 in hex. */
export function approvedHash({ fileHash, contentHash }: Pick<PlacedJob, 'fileHash' | 'contentHash'>): string {
  return createHash('sha256').update(fileHash).update(contentHash ?? '').digest('hex');
}

/**
 * One decision on a plan: two operators other than its author approve, naming the hash of what they saw; then it runs. It can
 * be stopped after the step or chunk it is at, and resumed; what has begun is not refused any more.
 * @throws Problem `not-found`, `own-request`, `state-changed`, `request-already-decided`, `invalid-fields`, `outside-your-agency`
 */
export async function decideReorganisation(services: Pick<Services, 'db' | 'now'>, actor: Actor, id: string, order: ReorganisationDecision): Promise<StatedReorganisation> {
  if (actor.agencyPath !== undefined) throw new Problem('outside-your-agency');
  const plan = await findReorganisation(services.db, { id });
  if (!plan) throw new Problem('not-found', { reorganisation: id });
  await services.db.transaction(async (tx) => {
    // waits for the step that is being made
    await lockReorganisation(tx, id);
    const job = await findPlannedJob(tx, plan.bulkId);
    const seen = order.contentHash === undefined ? {} : { contentHash: order.contentHash.toLowerCase() === approvedHash(job) ? Buffer.from(job.contentHash ?? '').toString('hex') : 'another' };
    if (order.decision === 'refuse' && (await hasBegun(tx, id))) throw new Problem('state-changed', { begun: true });
    const state = await decidePlanned(services, tx, actor, { id: plan.bulkId, decision: order.decision, ...seen, ...(order.reason ? { reason: order.reason } : {}) });
    await recordAudit(tx, actor, `reorganisation.${order.decision}`, { type: 'reorganisation', id }, { before: { state: job.state }, after: { state, reason: order.reason, contentHash: approvedHash(job) } });
    if (state === 'running') await addJobOnCommit(tx, 'run-reorganisation', { id: plan.bulkId });
  });
  return (await findReorganisation(services.db, { id }))!;
}
