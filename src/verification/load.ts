import type { Services } from '../services.ts';
import { countSince } from './store.ts';

const dayMs = 86_400_000;

/** How many documents were checked in the past 24 hours and the past 30 days. */
export async function verificationLoad({ db, now }: Pick<Services, 'db' | 'now'>): Promise<{ day: number; month: number }> {
  const at = now().getTime();
  return countSince(db, { day: new Date(at - dayMs), month: new Date(at - 30 * dayMs) });
}
