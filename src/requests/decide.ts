import { randomUUID } from 'node:crypto';
import { requireWithin } from '../access/scope.ts';
import { recordAuditsOf } from '../audit/record.ts';
import { completeEach } from '../certificates/issue.ts';
import { createBatcher } from '../database/batch.ts';
import { isConnectionLost } from '../database/lost-connection.ts';
import { recordEvents } from '../events/record.ts';
import { calendarFrom, policiesAt } from '../policies/find.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { carryOut, settle, type Carried } from './carry-out.ts';
import { evaluateDecision, type Evaluated } from './evaluate.ts';
import { findFreshFacts, findPaperKinds, insertDecisions, lockRequests, type DecisionRow, type ShownRequest } from './store.ts';
import type { DecisionName, StoredState } from './states.ts';
import { eventOf } from './submit.ts';

export interface DecisionOrder {
  requestId: string;
  decision: DecisionName;
  reason?: string | undefined;
  /** What the decider saw; another content is refused. */
  contentHash?: string | undefined;
  actor: Actor;
}

type Outcome = PromiseSettledResult<ShownRequest>;

const maxBatch = 64;
/** Far less than a batch takes, and enough for those who were answered together to be back. */
const lingerMs = 4;
/** While one batch waits for PostgreSQL another checks and signs. */
const lanes = 2;
const batchers = new WeakMap<Services, (order: DecisionOrder) => Promise<ShownRequest>>();

/**
 * One decision; those that arrive together share their transactions.
 * @throws Problem `not-found`, `outside-your-agency`, `not-permitted`, `own-request`, `request-already-decided`, `state-changed`,
 *   `invalid-fields` and what the CA refuses
 */
export async function decideRequest(services: Services, order: DecisionOrder): Promise<ShownRequest> {
  let batcher = batchers.get(services);
  if (!batcher) batchers.set(services, batcher = createBatcher((orders: DecisionOrder[]) => decideRequests(services, orders), { maxItems: maxBatch, lingerMs, lanes }));
  return batcher(order);
}

/** Decisions of any number and by anyone, each settled on its own, in the order they came for each request. */
export async function decideRequests(services: Services, orders: readonly DecisionOrder[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let waiting = orders.map((order, index) => ({ order, index }));
  while (waiting.length > 0) {
    // one decision per request in a wave: the second must see what the first one left
    const seen = new Set<string>();
    const wave = waiting.filter(({ order }) => !seen.has(order.requestId) && seen.size < maxBatch && seen.add(order.requestId));
    const taken = new Set(wave.map(({ index }) => index));
    waiting = waiting.filter(({ index }) => !taken.has(index));
    const results = await decideWave(services, wave.map(({ order }) => order));
    wave.forEach(({ index }, i) => { outcomes[index] = results[i]!; });
  }
  return outcomes;
}

/** Together if that goes, else each alone: what breaks one must not break its neighbours. */
async function decideWave(services: Services, orders: readonly DecisionOrder[]): Promise<Outcome[]> {
  let decided: Settled[];
  try {
    decided = await services.db.transaction((tx) => decideInTransaction(services, tx, orders));
  } catch (reason) {
    if (orders.length === 1 || isConnectionLost(reason)) return orders.map(() => ({ status: 'rejected', reason }));
    services.log.warn({ err: reason, decisions: orders.length }, 'a batch of decisions failed as a whole; each is tried alone');
    const outcomes: Outcome[] = [];
    for (const order of orders) outcomes.push(...(await decideWave(services, [order])));
    return outcomes;
  }
  return signDecided(services, decided);
}

type Settled = PromiseSettledResult<Carried>;

async function decideInTransaction(services: Services, tx: Tx, orders: readonly DecisionOrder[]): Promise<Settled[]> {
  const at = services.now();
  const rows = await lockRequests(tx, orders.map(({ requestId }) => requestId));
  const agreed = orders.filter(({ decision }) => decision === 'approve' || decision === 'examine').map(({ requestId }) => requestId);
  const fresh = agreed.length > 0 ? await findFreshFacts(tx, agreed) : new Map<string, never>();
  const confirmed = orders.filter(({ decision }) => decision === 'confirm').map(({ requestId }) => requestId);
  const byHolders = orders.some(({ actor }) => actor.kind === 'official');
  const terms = confirmed.length > 0 || byHolders || [...rows.values()].some(({ urgent }) => urgent)
    ? { policies: await policiesAt(tx, at), calendar: await calendarFrom(tx, at), papers: await findPaperKinds(tx, confirmed) } : undefined;

  const evaluated: PromiseSettledResult<Evaluated>[] = [];
  // one after the other: the transaction has one connection
  for (const order of orders) {
    evaluated.push(await settle(async () => {
      const row = rows.get(order.requestId);
      if (!row) throw new Problem('not-found', { request: order.requestId });
      requireWithin(order.actor, row.agencyPath);
      return evaluateDecision({ tx, order, row, fresh: fresh.get(row.id), terms, at });
    }));
  }
  const settled = await carryOut(services, tx, evaluated);
  await storeDecisions(tx, settled.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])));
  return settled;
}

async function storeDecisions(tx: Tx, carried: readonly Carried[]): Promise<void> {
  if (carried.length === 0) return;
  await insertDecisions(tx, carried.map(({ order, before, after }): DecisionRow => ({
    id: randomUUID(), requestId: before.id, round: before.round, decision: order.decision, fromState: before.state, toState: after.state,
    actorId: order.actor.id, actorName: order.actor.name, reason: order.reason ?? null, contentHash: before.contentHash, decidedAt: after.stateChangedAt,
  })), carried.map(({ after }) => after));
  await recordAuditsOf(tx, carried.map(({ order, before, after }) => ({
    actor: order.actor, action: `request.${order.decision}`, subject: { type: 'request', id: before.id },
    change: {
      before: { state: before.state },
      after: {
        state: after.state, round: after.round, reason: order.reason, contentHash: Buffer.from(after.contentHash).toString('hex'),
        dueAt: after.dueAt, newCertificateId: after.newCertificateId,
      },
    },
  })));
  await recordEvents(tx, carried.filter(({ before, after }) => before.state !== after.state && after.state !== 'draft')
    .map(({ after }) => eventOf(after, `request.${after.state as Exclude<StoredState, 'draft'>}`)));
}

/**
 * Signs what was approved, after the commit. What cannot be signed now stays approved with its certificate prepared, and
 * the CA's own job finishes it: the decision stands either way.
 */
async function signDecided(services: Services, decided: readonly Settled[]): Promise<Outcome[]> {
  const waiting = decided.flatMap((one) =>
    (one.status === 'fulfilled' && one.value.prepared ? [{ ...one.value.prepared, actor: one.value.order.actor }] : []));
  const issued = new Set<string>();
  try {
    for (const outcome of await completeEach(services, waiting)) {
      if (outcome.status === 'fulfilled') issued.add(outcome.value.certificateId);
      else services.log.error({ err: outcome.reason }, 'an approved certificate could not be signed yet');
    }
  } catch (error) {
    services.log.error({ err: error }, 'approved certificates could not be completed yet');
  }
  return decided.map((one) => {
    if (one.status === 'rejected') return one;
    const { after } = one.value;
    const done = after.newCertificateId !== null && issued.has(after.newCertificateId);
    return { status: 'fulfilled', value: { ...after, state: done ? 'issued' : after.state } };
  });
}
