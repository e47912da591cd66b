import { Problem } from '../problems.ts';
import type { Services } from '../services.ts';
import { startSession, type Origin, type StartedSession } from '../sessions/start.ts';
import { hashToken } from '../sessions/token.ts';
import { recordRefusal, takeAttempt } from './attempts.ts';
import { findLink, markLinkUsed } from './store.ts';

/** Whether a link could be used now; looking does not use it up. */
export async function isLinkValid({ db, now }: Pick<Services, 'db' | 'now'>, token: string): Promise<boolean> {
  const hash = hashToken(token);
  const link = hash && await findLink(db, hash);
  return link !== undefined && link.usedAt === null && link.expiresAt > now();
}

/**
 * Signs in with a link and uses it up; of two at once one gets in.
 * @throws Problem `link-not-valid`, `too-many-requests`, `not-permitted`
 */
export async function useLink(services: Services, { token, from }: { token: string; from: Origin }): Promise<StartedSession & { returnPath: string; method: 'link' | 'enrolment' }> {
  await takeAttempt(services, { from });
  const hash = hashToken(token);
  const started = await services.db.transaction(async (tx) => {
    const link = hash && await markLinkUsed(tx, hash, services.now());
    if (!link) {
      await recordRefusal(services, tx, from, { why: 'no link that can be used' });
      return undefined;
    }
    const subject = link.officialId === null ? { kind: 'operator' as const, id: link.operatorId ?? '' } : { kind: 'official' as const, id: link.officialId };
    return { ...(await startSession(services, tx, { subject, method: link.method, from })), returnPath: link.returnPath, method: link.method };
  });
  if (!started) throw new Problem('link-not-valid');
  return started;
}
