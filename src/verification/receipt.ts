import { isWithin } from '../access/scope.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { findVerification, type VerificationRow } from './store.ts';

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
 * The same for whoever holds the receipt's id, which nobody can guess: what was answered about which digest, and no name.
 * @throws Problem `not-found`
 */
export async function readReceipt({ db }: Pick<Services, 'db'>, id: string): Promise<VerificationRow> {
  const row = await findVerification(db, id);
  if (!row) throw new Problem('not-found', { id });
  return row;
}
