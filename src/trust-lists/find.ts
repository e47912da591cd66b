import { PkiError } from '../../pki/error.ts';
import { Problem } from '../problems.ts';
import type { Services } from '../services.ts';
import { previewTrustList, type ListPreview } from './propose.ts';
import { findTrustList, listInForce, listNewest, type TrustListRow } from './store.ts';

export type { TrustListRow } from './store.ts';

const shownLists = 20;

/** The lists handed in last, the newest first. */
export async function newestTrustLists({ db }: Pick<Services, 'db'>): Promise<TrustListRow[]> {
  return listNewest(db, shownLists);
}

/** Lists that hold although their next version is due, the longest overdue first. */
export async function overdueTrustLists({ db, now }: Pick<Services, 'db' | 'now'>): Promise<TrustListRow[]> {
  const at = now();
  return (await listInForce(db)).filter(({ nextUpdate }) => nextUpdate !== null && nextUpdate < at).toSorted((a, b) => a.nextUpdate!.getTime() - b.nextUpdate!.getTime());
}

/**
 * One list and, while it waits, what its approval would change now; nothing where another list of its domain overtook it.
 * @throws Problem `not-found`
 */
export async function openTrustList(services: Pick<Services, 'db' | 'now'>, id: string): Promise<{ list: TrustListRow; preview: ListPreview | undefined }> {
  const found = await findTrustList(services.db, id);
  if (!found) throw new Problem('not-found', { id });
  const { xml, ...list } = found;
  if (list.approved !== null) return { list, preview: undefined };
  const order = { xml, domain: list.domain, signerFingerprint: Buffer.from(list.signerFingerprint).toString('hex') };
  const preview = await previewTrustList(services, order).catch((error: unknown) => {
    if (error instanceof PkiError || (error instanceof Problem && error.code === 'invalid-fields')) return undefined;
    throw error;
  });
  return { list, preview };
}
