import type { Services } from '../services.ts';
import { listOwnKeys, type OwnKeyRow } from './store.ts';

export type { OwnKeyRow } from './store.ts';

/** What is over for longer than this is history: the audit and the certificates keep it. */
const shownMs = 90 * 86_400_000;

/** The keys of the service with the ends of their certificates, the authorities' first. */
export async function findOwnKeys({ db, now }: Pick<Services, 'db' | 'now'>): Promise<OwnKeyRow[]> {
  return listOwnKeys(db, new Date(now().getTime() - shownMs));
}
