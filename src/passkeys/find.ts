import type { Actor, Services } from '../services.ts';
import { ownerOf } from '../sessions/find.ts';
import { listByOwner, type PasskeyRow } from './store.ts';

/** The passkeys that the actor can sign in with, the oldest first. */
export async function listOwnPasskeys({ db }: Pick<Services, 'db'>, actor: Actor): Promise<PasskeyRow[]> {
  return listByOwner(db, ownerOf(actor));
}
