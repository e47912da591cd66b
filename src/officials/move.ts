import { recordAudits } from '../audit/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Tx } from '../services.ts';
import { lockOfficials, markMoved, turnHistory } from './store.ts';

export interface Move { officialId: string; agencyId: string; position?: string | undefined }

/**
 * Puts any number of officials into other agencies in a fixed number of statements, with their history and one audit entry each.
 * Whether the actor may is the caller's to know, and that the agencies are open.
 * @throws Problem `not-found`
 */
export async function moveOfficials(tx: Tx, actor: Actor, moves: readonly Move[], at: Date): Promise<void> {
  if (moves.length === 0) return;
  const ids = moves.map(({ officialId }) => officialId);
  const before = await lockOfficials(tx, ids);
  const missing = ids.find((id) => !before.has(id));
  if (missing !== undefined) throw new Problem('not-found', { official: missing });
  await markMoved(tx, moves, at);
  await turnHistory(tx, ids, at);
  await recordAudits(tx, actor, moves.map(({ officialId, agencyId, position }) => {
    const { agencyId: from, position: was } = before.get(officialId)!;
    return {
      action: 'official.moved', subject: { type: 'official', id: officialId },
      change: { before: { agencyId: from, position: was }, after: { agencyId, position: position ?? was } },
    };
  }));
}
