import { recordAudit } from '../audit/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { isMailAddress } from './address.ts';
import { lockMail, markMailRequeued, type MailRow, type MailState } from './store.ts';

const stuck: ReadonlySet<MailState> = new Set(['failed', 'uncertain']);

/**
 * Puts a mail back into the queue that was refused or may not have arrived: a person takes it upon them that it may arrive twice.
 * @throws Problem `not-found`; `state-changed` for one that is on its way, was sent, or has no address to go to
 */
export async function retryMail({ db }: Pick<Services, 'db'>, actor: Actor, id: string): Promise<MailRow> {
  return db.transaction(async (tx) => {
    const before = await lockMail(tx, id);
    if (!before) throw new Problem('not-found', { notification: id });
    if (!stuck.has(before.state) || before.facts === null || !isMailAddress(before.recipient)) throw new Problem('state-changed', { state: before.state });
    await markMailRequeued(tx, id);
    await recordAudit(tx, actor, 'notification.retried', { type: 'notification', id }, { before: { state: before.state }, after: { state: 'queued' } });
    return { ...before, state: 'queued', nextAttemptAt: null, finishedAt: null };
  });
}
