import { recordAudit } from '../audit/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { lockTrustAnchor, markWithdrawn, type TrustAnchorRow } from './store.ts';
import { summaryOf } from './add.ts';

/**
 * Takes trust from an anchor at once and for everything it vouched for. To end it at a date, give it one when adding.
 * @throws Problem `not-found`, `state-changed` if it was withdrawn before
 */
export async function withdrawTrustAnchor({ db, now }: Pick<Services, 'db' | 'now'>, actor: Actor, id: string): Promise<TrustAnchorRow> {
  return db.transaction(async (tx) => {
    const row = await lockTrustAnchor(tx, id);
    if (!row) throw new Problem('not-found', { id });
    if (row.withdrawnAt) throw new Problem('state-changed', { id });
    const at = now();
    await markWithdrawn(tx, id, at, actor.id);
    await recordAudit(tx, actor, 'trust-anchor.withdrawn', { type: 'trust-anchor', id }, { before: summaryOf(row), after: null });
    return { ...row, withdrawnAt: at, withdrawnBy: actor.id };
  });
}
