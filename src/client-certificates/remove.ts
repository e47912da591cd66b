import { recordAudits } from '../audit/record.ts';
import { revokeEach, type FinalReason } from '../certificates/revoke.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { countPasskeys, findOperatorCertificate, listByOperator, lockOwner, markReleased, type PlacedCertificate } from './store.ts';

/**
 * Gives up one of the actor's own certificates: it is revoked, and sessions it began end.
 * @throws Problem `not-found`, `certificate-last` where it is the only way in
 */
export async function giveUpCertificate(services: Pick<Services, 'db' | 'now'>, actor: Actor, id: string): Promise<void> {
  await services.db.transaction(async (tx) => {
    await lockOwner(tx, actor.id);
    const held = (await listByOperator(tx, actor.id)).filter(({ releasedAt }) => releasedAt === null);
    const one = held.find((each) => each.id === id);
    if (!one) throw new Problem('not-found', { id });
    const others = held.filter((each) => each.id !== id && isInForce(each, services.now()));
    if (others.length === 0 && (await countPasskeys(tx, actor.id)) === 0) throw new Problem('certificate-last');
    await release(services, tx, actor, [one]);
  });
}

/**
 * An administrator takes a certificate of somebody out of use at once. That lets nobody enrol a new one by mail: whoever has no
 * other way in is let back by two administrators.
 * @throws Problem `not-found`, `certificate-already-revoked`
 */
export async function revokeOperatorCertificate(services: Pick<Services, 'db' | 'now'>, actor: Actor, { operatorId, id, reason }: { operatorId: string; id: string; reason: FinalReason }): Promise<void> {
  await services.db.transaction(async (tx) => {
    const row = await findOperatorCertificate(tx, id);
    if (row?.operatorId !== operatorId) throw new Problem('not-found', { id });
    const [outcome] = await revokeEach(services, tx, actor, [{ certificateId: id, reason }]);
    if (outcome?.status === 'rejected') throw outcome.reason;
  });
}

/** Gives up all certificates of an operator: they are lost. @returns how many there were */
export async function giveUpAllCertificates(services: Pick<Services, 'now'>, tx: Tx, actor: Actor, operatorId: string): Promise<number> {
  await lockOwner(tx, operatorId);
  const held = (await listByOperator(tx, operatorId)).filter(({ releasedAt }) => releasedAt === null);
  await release(services, tx, actor, held);
  return held.length;
}

const isInForce = ({ state, notAfter }: PlacedCertificate, now: Date): boolean => state === 'issued' && notAfter > now;

async function release(services: Pick<Services, 'now'>, tx: Tx, actor: Actor, given: readonly PlacedCertificate[]): Promise<void> {
  // whoever holds a key may say at any time that it is to count no more
  const keeper: Actor = { ...actor, agencyPath: undefined, permissions: new Set([...actor.permissions, 'operator:manage']) };
  const standing = given.filter(({ state }) => state === 'issued' || state === 'on_hold');
  const outcomes = await revokeEach(services, tx, keeper, standing.map(({ id }) => ({ certificateId: id, reason: 'cessationOfOperation' })));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  const releasedAt = services.now();
  await markReleased(tx, given.map(({ id }) => id), releasedAt);
  await recordAudits(tx, actor, given.map(({ id, operatorId }) => ({
    action: 'operator-certificate.removed', subject: { type: 'operator', id: operatorId }, change: { before: null, after: { certificate: id, releasedAt } },
  })));
}
