import { requireWithin } from '../access/scope.ts';
import { recordAudit } from '../audit/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { findPaperBytes, findPlace, listPapersOf, type PaperEntry } from './store.ts';

async function requireReach({ db }: Pick<Services, 'db'>, actor: Actor, requestId: string): Promise<void> {
  const place = await findPlace(db, requestId);
  if (!place) throw new Problem('not-found', { request: requestId });
  requireWithin(actor, place.agencyPath);
}

/** The papers of a request, the first one first. @throws Problem `not-found`, `outside-your-agency` */
export async function listPapers(services: Pick<Services, 'db'>, actor: Actor, requestId: string): Promise<PaperEntry[]> {
  await requireReach(services, actor, requestId);
  return listPapersOf(services.db, requestId);
}

/** A paper's own bytes. Papers hold personal data, so whoever opens one is recorded. @throws Problem `not-found`, `outside-your-agency` */
export async function openPaper(services: Pick<Services, 'db'>, actor: Actor, requestId: string, id: string): Promise<PaperEntry & { bytes: Uint8Array }> {
  await requireReach(services, actor, requestId);
  const paper = await findPaperBytes(services.db, requestId, id);
  if (!paper) throw new Problem('not-found', { paper: id });
  await services.db.transaction((tx) => recordAudit(tx, actor, 'request.paper-opened', { type: 'request', id: requestId }, { before: null, after: { paper: id } }));
  return paper;
}
