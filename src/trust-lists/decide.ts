import { parseTrustList } from '../../pki/trust-list/parse.ts';
import { recordAudit } from '../audit/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { applyPlan, planFromList, type ListChange } from '../trust-anchors/from-list.ts';
import { requireFingerprint } from '../trust-anchors/propose.ts';
import { requireRise, summaryOf } from './propose.ts';
import { fetcher } from './refresh.ts';
import { lockDecisions, lockTrustList, markDecided, markProposed, type TrustListRow } from './store.ts';

type World = Pick<Services, 'db' | 'now'>;

/**
 * The yes of a second person to a list, with its signer's fingerprint as that person knows it. Its services become anchors by
 * what holds now, which may be more or less than the preview showed. To a list that the service fetched the first yes makes
 * it that person's proposal, and another must agree.
 * @throws Problem `not-found`, `own-request`, `state-changed`, `invalid-fields`
 */
export async function approveTrustList({ db, now }: World, actor: Actor, { id, signerFingerprint }: { id: string; signerFingerprint: string }): Promise<{ list: TrustListRow; changes: ListChange[] }> {
  return db.transaction(async (tx) => {
    const row = await lockOpen(tx, id);
    if (row.proposedBy === actor.id) throw new Problem('own-request', { id });
    requireFingerprint(row.signerFingerprint, signerFingerprint);
    if (row.proposedBy === fetcher.id) return { list: await takeOver(tx, actor, row, now()), changes: [] };
    const { xml, ...list } = row;
    const read = parseTrustList(xml, Buffer.from(row.signerFingerprint).toString('hex'));
    const at = now();
    const plan = await planFromList(tx, row.domain, read);
    await requireRise(tx, row.domain, read);
    const decision = { decidedAt: at, decidedBy: actor.id, approved: true };
    await markDecided(tx, id, decision);
    const changes = await applyPlan(tx, actor, plan, { listId: id, domain: row.domain, proposedBy: row.proposedBy, at });
    await recordAudit(tx, actor, 'trust-list.approved', { type: 'trust-list', id }, { before: null, after: { ...summaryOf(list), proposedBy: row.proposedBy, changes: changes.length } });
    return { list: { ...list, ...decision }, changes };
  });
}

async function takeOver(tx: Tx, actor: Actor, { xml: _xml, ...list }: TrustListRow & { xml: Uint8Array }, at: Date): Promise<TrustListRow> {
  const proposal = { proposedBy: actor.id, proposedAt: at };
  await markProposed(tx, list.id, proposal);
  await recordAudit(tx, actor, 'trust-list.proposed', { type: 'trust-list', id: list.id }, { before: null, after: summaryOf(list) });
  return { ...list, ...proposal };
}

/** Puts a proposed list away; whoever proposed it may. @throws Problem `not-found`, `state-changed` */
export async function refuseTrustList({ db, now }: World, actor: Actor, id: string): Promise<TrustListRow> {
  return db.transaction(async (tx) => {
    const { xml: _xml, ...list } = await lockOpen(tx, id);
    const decision = { decidedAt: now(), decidedBy: actor.id, approved: false };
    await markDecided(tx, id, decision);
    await recordAudit(tx, actor, 'trust-list.refused', { type: 'trust-list', id }, { before: summaryOf(list), after: null });
    return { ...list, ...decision };
  });
}

async function lockOpen(tx: Tx, id: string): Promise<TrustListRow & { xml: Uint8Array }> {
  await lockDecisions(tx);
  const row = await lockTrustList(tx, id);
  if (!row) throw new Problem('not-found', { id });
  if (row.decidedAt) throw new Problem('state-changed', { id });
  return row;
}
