import { recordAudit } from '../audit/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { lockTrustAnchor, markAnchor, type TrustAnchorRow } from './store.ts';
import { summaryOf } from './propose.ts';

type World = Pick<Services, 'db' | 'now'>;

/**
 * Proposes to take trust from an anchor, for everything it vouched for. What was only proposed is taken back at once, for
 * it counted for nothing. To end an anchor at a date, propose it with one.
 * @throws Problem `not-found`, `state-changed` if it was withdrawn before or its withdrawal waits already
 */
export async function proposeWithdrawal({ db, now }: World, actor: Actor, { id, reason }: { id: string; reason: string }): Promise<TrustAnchorRow> {
  return db.transaction(async (tx) => {
    const row = await lockStanding(tx, id);
    if (row.withdrawalProposedAt) throw new Problem('state-changed', { id });
    const at = now();
    const change = row.confirmedAt
      ? { withdrawalProposedAt: at, withdrawalProposedBy: actor.id, withdrawalReason: reason }
      : { withdrawnAt: at, withdrawnBy: actor.id, withdrawalReason: reason };
    await markAnchor(tx, id, change);
    await recordAudit(tx, actor, row.confirmedAt ? 'trust-anchor.withdrawal-proposed' : 'trust-anchor.refused', { type: 'trust-anchor', id }, { before: summaryOf(row), after: { reason } });
    return { ...row, ...change };
  });
}

/**
 * The second person's yes to a withdrawal: trust ends with the next question.
 * @throws Problem `not-found`, `own-request`, `state-changed` if nobody proposed it
 */
export async function approveWithdrawal({ db, now }: World, actor: Actor, id: string): Promise<TrustAnchorRow> {
  return db.transaction(async (tx) => {
    const row = await lockStanding(tx, id);
    if (!row.withdrawalProposedAt) throw new Problem('state-changed', { id });
    if (row.withdrawalProposedBy === actor.id) throw new Problem('own-request', { id });
    const change = { withdrawnAt: now(), withdrawnBy: actor.id };
    await markAnchor(tx, id, change);
    await recordAudit(tx, actor, 'trust-anchor.withdrawn', { type: 'trust-anchor', id }, { before: summaryOf(row), after: { proposedBy: row.withdrawalProposedBy, reason: row.withdrawalReason } });
    return { ...row, ...change };
  });
}

/** Leaves everything as it was. @throws Problem `not-found`, `state-changed` if nobody proposed a withdrawal */
export async function refuseWithdrawal({ db }: World, actor: Actor, id: string): Promise<TrustAnchorRow> {
  return db.transaction(async (tx) => {
    const row = await lockStanding(tx, id);
    if (!row.withdrawalProposedAt) throw new Problem('state-changed', { id });
    const change = { withdrawalProposedAt: null, withdrawalProposedBy: null, withdrawalReason: null };
    await markAnchor(tx, id, change);
    await recordAudit(tx, actor, 'trust-anchor.withdrawal-refused', { type: 'trust-anchor', id }, { before: { proposedBy: row.withdrawalProposedBy, reason: row.withdrawalReason }, after: null });
    return { ...row, ...change };
  });
}

async function lockStanding(tx: Tx, id: string): Promise<TrustAnchorRow> {
  const row = await lockTrustAnchor(tx, id);
  if (!row) throw new Problem('not-found', { id });
  if (row.withdrawnAt) throw new Problem('state-changed', { id });
  return row;
}
