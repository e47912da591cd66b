import { randomUUID } from 'node:crypto';
import { recordAudit } from '../audit/record.ts';
import { policyAt } from '../policies/find.ts';
import { Problem } from '../problems.ts';
import type { Services, Tx } from '../services.ts';
import { findSubject, insertSession, type SessionRow } from './store.ts';
import { actorOfSubject, mayEnter, type SignInMethod, type Subject } from './subject.ts';
import { buildToken, hashToken } from './token.ts';

/** Where a call comes from. */
export interface Origin { address: string; userAgent: string; requestId: string }

/** `token` goes into the cookie and is stored nowhere. */
export interface StartedSession { token: string; expiresAt: Date; id: string }

export interface SignIn {
  subject: Subject; method: SignInMethod; from: Origin;
  /** what proved it: the session ends with it at the latest */
  certificate?: { id: string; notAfter: Date };
}

/**
 * Begins a session for somebody who has proved who they are: the one way in, whatever the proof was.
 * @throws Problem `not-permitted` for who has left, was switched off, or whose appointment has ended
 */
export async function startSession({ now, random }: Pick<Services, 'now' | 'random'>, tx: Tx, { subject, method, from, certificate }: SignIn): Promise<StartedSession> {
  const at = now();
  const person = await findSubject(tx, subject);
  if (!person || !mayEnter(person, at)) throw new Problem('not-permitted', { subject: subject.kind });
  const token = buildToken(random);
  const hours = await policyAt(tx, 'session.max_hours', at);
  const row: SessionRow = {
    id: randomUUID(), operatorId: person.operatorId, officialId: person.officialId, method, address: from.address.slice(0, 64),
    userAgent: from.userAgent.replaceAll(/[\p{Cc}\p{Cs}]/gu, ' ').slice(0, 300), createdAt: at, lastSeenAt: at,
    expiresAt: new Date(Math.min(at.getTime() + hours * 3_600_000, certificate?.notAfter.getTime() ?? Infinity)), endedAt: null, certificateId: certificate?.id ?? null,
  };
  await insertSession(tx, { ...row, tokenHash: hashToken(token)! });
  await recordAudit(tx, actorOfSubject(person, method, from.requestId), 'session.started', { type: 'session', id: row.id },
    { before: null, after: { method, address: row.address, expiresAt: row.expiresAt, ...(certificate ? { certificate: certificate.id } : {}) } });
  return { token, expiresAt: row.expiresAt, id: row.id };
}
