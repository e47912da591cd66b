import { recordAudit } from '../audit/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { requireFingerprint, summaryOf } from './propose.ts';
import { lockTrustAnchor, markAnchor, type TrustAnchorRow } from './store.ts';

/**
 * The second person's yes to an anchor, with its fingerprint as that person knows it. It counts from the next question on.
 * @throws Problem `not-found`, `own-request`, `state-changed`, `invalid-fields`
 */
export async function approveTrustAnchor({ db, now }: Pick<Services, 'db' | 'now'>, actor: Actor, { id, fingerprint }: { id: string; fingerprint: string }): Promise<TrustAnchorRow> {
  return db.transaction(async (tx) => {
    const row = await lockTrustAnchor(tx, id);
    if (!row) throw new Problem('not-found', { id });
    if (row.confirmedAt || row.withdrawnAt) throw new Problem('state-changed', { id });
    if (row.createdBy === actor.id) throw new Problem('own-request', { id });
    requireFingerprint(row.fingerprint, fingerprint);
    const confirmed = { confirmedAt: now(), confirmedBy: actor.id };
    await markAnchor(tx, id, confirmed);
    await recordAudit(tx, actor, 'trust-anchor.approved', { type: 'trust-anchor', id }, { before: null, after: { ...summaryOf(row), proposedBy: row.createdBy } });
    return { ...row, ...confirmed };
  });
}
