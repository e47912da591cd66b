import { chainOf } from '../certificates/issuer.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { findOperatorCertificate, listByOperator, type PlacedCertificate } from './store.ts';

export type { PlacedCertificate } from './store.ts';

/** What an operator signs in with or did, the newest first. */
export async function listOperatorCertificates({ db }: Pick<Services, 'db'>, operatorId: string): Promise<PlacedCertificate[]> {
  return listByOperator(db, operatorId);
}

/** One of the actor's own, with the certificates up to its root. @throws Problem `not-found` */
export async function openOwnCertificate(services: Pick<Services, 'db'>, actor: Actor, id: string): Promise<PlacedCertificate & { chain: Uint8Array[] }> {
  const row = await findOperatorCertificate(services.db, id);
  if (!row || actor.kind !== 'operator' || row.operatorId !== actor.id) throw new Problem('not-found', { id });
  return { ...row, chain: (await chainOf(services, row.generationId)).map(({ der }) => der) };
}
