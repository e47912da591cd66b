import { chainOf } from '../certificates/issuer.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { findOwnCertificate, findOwnRequest, listOwnCertificates, listOwnRequests, type OwnCertificate, type OwnRequest } from './store.ts';

export type { OwnCertificate, OwnRequest } from './store.ts';

type Needed = Pick<Services, 'db'>;

/** The official who acts. @throws Problem `not-permitted` for everybody else */
export function holderOf(actor: Actor): string {
  if (actor.officialId === undefined) throw new Problem('not-permitted');
  return actor.officialId;
}

/** All that one's own, the newest first. */
export async function listOwn({ db }: Needed, actor: Actor): Promise<{ certificates: OwnCertificate[]; requests: OwnRequest[] }> {
  const officialId = holderOf(actor);
  return { certificates: await listOwnCertificates(db, officialId), requests: await listOwnRequests(db, officialId) };
}

/** A certificate of the actor's own with the chain above it, the root last. @throws Problem `certificate-not-found`, for those of others too */
export async function getOwnCertificate(services: Needed, actor: Actor, id: string): Promise<OwnCertificate & { chain: readonly Uint8Array[] }> {
  const certificate = await findOwnCertificate(services.db, holderOf(actor), id);
  if (!certificate) throw new Problem('certificate-not-found', { id });
  return { ...certificate, chain: (await chainOf(services, certificate.generationId)).map(({ der }) => der) };
}

/** @throws Problem `not-found`, for requests about others too */
export async function getOwnRequest({ db }: Needed, actor: Actor, id: string): Promise<OwnRequest> {
  const request = await findOwnRequest(db, holderOf(actor), id);
  if (!request) throw new Problem('not-found', { request: id });
  return request;
}
