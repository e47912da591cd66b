import { recordAudits } from '../audit/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { ownerOf } from '../sessions/find.ts';
import { countCertificates, listByOwner, lockOwner, markRemoved, type Owner } from './store.ts';

/**
 * Takes one of the actor's own passkeys out of use at once.
 * @throws Problem `not-found`, `passkey-last` for an operator, who has no other way in
 */
export async function removePasskey({ db, now }: Pick<Services, 'db' | 'now'>, actor: Actor, id: string): Promise<void> {
  await db.transaction(async (tx) => {
    const owner = ownerOf(actor);
    await lockOwner(tx, owner);
    const present = await listByOwner(tx, owner);
    if (!present.some((one) => one.id === id)) throw new Problem('not-found', { id });
    if (present.length === 1 && owner.operatorId !== null && (await countCertificates(tx, owner.operatorId, now())).inForce === 0) throw new Problem('passkey-last');
    await removeIn(tx, actor, [id], now());
  });
}

/** Takes all passkeys of somebody out of use: they are lost. @returns how many there were */
export async function removeAllPasskeys({ now }: Pick<Services, 'now'>, tx: Tx, actor: Actor, owner: Owner): Promise<number> {
  await lockOwner(tx, owner);
  const present = await listByOwner(tx, owner);
  await removeIn(tx, actor, present.map(({ id }) => id), now());
  return present.length;
}

async function removeIn(tx: Tx, actor: Actor, ids: readonly string[], removedAt: Date): Promise<void> {
  await markRemoved(tx, ids, removedAt);
  await recordAudits(tx, actor, ids.map((id) => ({ action: 'passkey.removed', subject: { type: 'passkey', id }, change: { before: null, after: { removedAt } } })));
}
