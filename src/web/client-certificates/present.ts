import type { PlacedCertificate } from '../../client-certificates/find.ts';
import type { Translate } from '../text/words.ts';

export interface ShownCertificate {
  id: string; name: string; serialNumber: string; createdAt: Date; notAfter: Date; lastUsedAt: Date | null; isHeld: boolean; isInForce: boolean;
  state: { tag: 'good' | 'wait' | 'bad' | 'off'; text: string };
}

/** A sign-in certificate as its holder and administrators read it. */
export function presentOperatorCertificate({ id, name, serialNumber, createdAt, notAfter, lastUsedAt, releasedAt, state }: PlacedCertificate, now: Date, t: Translate): ShownCertificate {
  const isInForce = state === 'issued' && releasedAt === null && notAfter > now;
  return { id, name, serialNumber, createdAt, notAfter, lastUsedAt, isHeld: releasedAt === null, isInForce, state: stateOf({ state, releasedAt, isOver: notAfter <= now }, t) };
}

function stateOf({ state, releasedAt, isOver }: Pick<PlacedCertificate, 'state' | 'releasedAt'> & { isOver: boolean }, t: Translate): ShownCertificate['state'] {
  if (state === 'revoked' || releasedAt !== null) return { tag: 'bad', text: t('mine.revoked') };
  if (isOver) return { tag: 'off', text: t('mine.expired') };
  if (state === 'prepared') return { tag: 'wait', text: t('clientCertificates.beingMade') };
  return state === 'on_hold' ? { tag: 'wait', text: t('mine.onHold') } : { tag: 'good', text: t('mine.inForce') };
}
