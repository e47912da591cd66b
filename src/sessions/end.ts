import { recordAudits } from '../audit/record.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { ownerOf } from './find.ts';
import { markEnded, type SessionRow } from './store.ts';

type Owner = Pick<SessionRow, 'operatorId' | 'officialId'>;

/**
 * Ends sessions of the actor's own at once: one, or all others. One that is somebody else's or has ended is left as it is.
 * @returns how many were ended
 */
export async function endSessions(services: Pick<Services, 'db' | 'now'>, actor: Actor, which: { only: string } | { except: string }): Promise<number> {
  return services.db.transaction((tx) => endSessionsOf(services, tx, actor, { owner: ownerOf(actor), ...which }));
}

/** Ends every session of somebody else, for whoever may do so. @returns how many were ended */
export async function endAllSessions(services: Pick<Services, 'db' | 'now'>, actor: Actor, owner: Owner): Promise<number> {
  return services.db.transaction((tx) => endSessionsOf(services, tx, actor, { owner }));
}

/** Ends sessions of one person inside a transaction: one, all but one or, where neither is named, all. @returns how many were ended */
export async function endSessionsOf(
  { now }: Pick<Services, 'now'>, tx: Tx, actor: Actor, { owner, ...which }: { owner: Owner; only?: string; except?: string },
): Promise<number> {
  const endedAt = now();
  const ended = await markEnded(tx, owner, which, endedAt);
  await recordAudits(tx, actor, ended.map((id) => ({ action: 'session.ended', subject: { type: 'session', id }, change: { before: null, after: { endedAt } } })));
  return ended.length;
}
