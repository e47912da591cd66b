import { recordAudits } from '../audit/record.ts';
import type { Actor, Services } from '../services.ts';
import { ownerOf } from './find.ts';
import { markEnded } from './store.ts';

/**
 * Ends sessions of the actor's own at once: one, or all others. One that is somebody else's or has ended is left as it is.
 * @returns how many were ended
 */
export async function endSessions({ db, now }: Pick<Services, 'db' | 'now'>, actor: Actor, which: { only: string } | { except: string }): Promise<number> {
  return db.transaction(async (tx) => {
    const endedAt = now();
    const ended = await markEnded(tx, ownerOf(actor), which, endedAt);
    await recordAudits(tx, actor, ended.map((id) => ({ action: 'session.ended', subject: { type: 'session', id }, change: { before: null, after: { endedAt } } })));
    return ended.length;
  });
}
