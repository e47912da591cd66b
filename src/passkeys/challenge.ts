import { createHash } from 'node:crypto';
import type { Services } from '../services.ts';
import { deleteChallenge, insertChallenge } from './store.ts';

/** Time to find the device and unlock it. */
export const challengeMs = 5 * 60_000;

type Needed = Pick<Services, 'db' | 'now' | 'random'>;

/** A fresh challenge of 256 random bits. One for enrolling counts in its session alone; one for signing in has none yet. */
export async function makeChallenge({ db, now, random }: Needed, sessionId: string | null): Promise<Uint8Array<ArrayBuffer>> {
  const challenge = new Uint8Array(random(32));
  const expiresAt = new Date(now().getTime() + challengeMs);
  await db.transaction((tx) => insertChallenge(tx, { challengeHash: hashOf(challenge), sessionId, expiresAt }));
  return challenge;
}

/** Whether a challenge was ours, for this session and in time. It is used up by the asking, whatever else is wrong with the answer. */
export async function takeChallenge({ db, now }: Pick<Needed, 'db' | 'now'>, challenge: string, sessionId: string | null): Promise<boolean> {
  const found = await db.transaction((tx) => deleteChallenge(tx, hashOf(Buffer.from(challenge, 'base64url'))));
  return found !== undefined && found.sessionId === sessionId && found.expiresAt > now();
}

const hashOf = (challenge: Uint8Array): Buffer => createHash('sha256').update(challenge).digest();
