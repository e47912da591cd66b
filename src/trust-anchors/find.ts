import type { Page, PageRequest } from '../database/paging.ts';
import { Problem } from '../problems.ts';
import type { Services } from '../services.ts';
import { findTrustAnchor, findTrustAnchorsInForce, listTrustAnchors, type AnchorFilter, type NamedAnchorRow, type TrustAnchorRow } from './store.ts';

export type { AnchorFilter, NamedAnchorRow, TrustAnchorRow } from './store.ts';

/** The anchors a verification may rest on, read anew each time: a withdrawal counts from the next question on. */
export async function trustAnchorsInForce({ db }: Pick<Services, 'db'>): Promise<TrustAnchorRow[]> {
  return findTrustAnchorsInForce(db);
}

/** All that were ever proposed, by their labels. */
export async function findTrustAnchors({ db }: Pick<Services, 'db'>, filter: AnchorFilter, page: PageRequest): Promise<Page<TrustAnchorRow>> {
  return listTrustAnchors(db, page, filter);
}

/** One anchor, with the names of the two people behind it. @throws Problem `not-found` */
export async function openTrustAnchor({ db }: Pick<Services, 'db'>, id: string): Promise<NamedAnchorRow> {
  const anchor = await findTrustAnchor(db, id);
  if (!anchor) throw new Problem('not-found', { id });
  return anchor;
}
