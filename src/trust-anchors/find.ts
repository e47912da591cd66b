import type { Services } from '../services.ts';
import { findTrustAnchorsInForce, type TrustAnchorRow } from './store.ts';

/** The anchors a verification may rest on, read anew each time: a withdrawal counts from the next question on. */
export async function trustAnchorsInForce({ db }: Pick<Services, 'db'>): Promise<TrustAnchorRow[]> {
  return findTrustAnchorsInForce(db);
}
