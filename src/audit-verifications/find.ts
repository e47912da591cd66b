import { setTimeout as wait } from 'node:timers/promises';
import type { Services } from '../services.ts';
import { findLatest, findVerification, type VerificationRow } from './store.ts';

export type { VerificationRow } from './store.ts';

const everyMs = 1_000;

/** The verification that was asked for last. */
export async function latestVerification({ db }: Pick<Services, 'db'>): Promise<VerificationRow | undefined> {
  return findLatest(db);
}

/** How far a verification is, told until it is finished or the listener has left. */
export async function* followVerification({ db }: Pick<Services, 'db'>, id: string, signal: AbortSignal): AsyncGenerator<Pick<VerificationRow, 'done' | 'total'>> {
  while (!signal.aborted) {
    const row = await findVerification(db, id);
    if (!row) return;
    yield { done: row.done, total: row.total };
    if (row.finishedAt !== null) return;
    // whoever leaves ends the wait; that is no failure
    await wait(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
