import { isWithin } from '../access/scope.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { findEtsiReport, findVerification, type VerificationRow } from './store.ts';

/**
 * What was answered to one question. Whoever asked may read it, and who looks after that agency.
 * @throws Problem `not-found`, for a stranger's receipt too
 */
export async function readVerification({ db }: Pick<Services, 'db'>, actor: Actor, id: string): Promise<VerificationRow> {
  const row = await findVerification(db, id);
  if (!row || (row.askedBy !== actor.id && !isWithin(actor.agencyPath, row.agencyPath))) throw new Problem('not-found', { id });
  return row;
}

/**
 * The report of ETSI TS 119 102-2 in XML on what was answered, as it was made then; signers are named by certificate alone.
 * @throws Problem `not-found`, `not-acceptable` for an answer of before these were kept
 */
export async function readEtsiReport(services: Pick<Services, 'db'>, actor: Actor, id: string): Promise<string> {
  await readVerification(services, actor, id);
  const report = await findEtsiReport(services.db, id);
  if (report === undefined) throw new Problem('not-acceptable', { reason: 'no XML report was kept with this answer' });
  return report;
}

/**
 * The same for whoever holds the receipt's id, which nobody can guess: what was answered about which digest, and no name.
 * @throws Problem `not-found`
 */
export async function readReceipt({ db }: Pick<Services, 'db'>, id: string): Promise<VerificationRow> {
  const row = await findVerification(db, id);
  if (!row) throw new Problem('not-found', { id });
  return row;
}
