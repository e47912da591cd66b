import { policyAt } from '../policies/find.ts';
import type { Actor, Services } from '../services.ts';
import { findSessionByHash, listOpen, markSeen, type SessionRow } from './store.ts';
import { actorOfSubject, mayEnter } from './subject.ts';
import { hashToken } from './token.ts';

/** A session in use. */
export interface OpenSession { id: string; method: string; expiresAt: Date; actor: Actor; token: string }

// A write per page would cost more than the page; to the minute is enough for a limit of many.
const touchEveryMs = 60_000;

/** The session of a token, or undefined: unknown, ended, idle too long, over, begun by a certificate that was revoked since, or its holder may no longer sign in. */
export async function findSession(services: Pick<Services, 'db' | 'now' | 'log'>, token: string, requestId: string): Promise<OpenSession | undefined> {
  const { db, now, log } = services;
  const hash = hashToken(token);
  const row = hash && await findSessionByHash(db, hash);
  const at = now();
  if (!row || row.endedAt !== null || row.expiresAt <= at || !row.proofStands || !mayEnter(row, at)) return undefined;
  if (row.lastSeenAt <= await idleSince(services, at)) return undefined;
  if (at.getTime() - row.lastSeenAt.getTime() >= touchEveryMs) {
    markSeen(db, row.id, at).catch((error: unknown) => log.warn({ err: error }, 'the session in use was not noted'));
  }
  return { id: row.id, method: row.method, expiresAt: row.expiresAt, actor: actorOfSubject(row, row.method, requestId), token };
}

/** The sessions that the actor has open, the newest first. */
export async function listOwnSessions(services: Pick<Services, 'db' | 'now'>, actor: Actor): Promise<SessionRow[]> {
  const now = services.now();
  return listOpen(services.db, ownerOf(actor), { now, seenAfter: await idleSince(services, now) });
}

/** The columns that name whose a session is. */
export const ownerOf = (actor: Actor): Pick<SessionRow, 'operatorId' | 'officialId'> =>
  (actor.kind === 'official' ? { operatorId: null, officialId: actor.id } : { operatorId: actor.id, officialId: null });

async function idleSince({ db }: Pick<Services, 'db'>, at: Date): Promise<Date> {
  return new Date(at.getTime() - (await policyAt(db, 'session.idle_minutes', at)) * 60_000);
}
