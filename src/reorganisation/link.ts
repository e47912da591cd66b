import { parseCertificate } from '../../pki/certificate/parse.ts';
import { toPem } from '../../pki/keys/pem.ts';
import { systemActor } from '../access/actors.ts';
import { chainOf } from '../certificates/issuer.ts';
import { Problem } from '../problems.ts';
import { submitRequest } from '../requests/submit.ts';
import type { Services } from '../services.ts';
import { hashOfToken } from './run.ts';
import { findSuccession, markAsked, type FoundSuccession } from './store.ts';

export interface Succession { reorganisation: string; state: 'issued' | 'asked' | 'requested' | 'over'; endsAt: Date; newCertificateId: string | null; requestId: string | null }

/** What a holder's link says now. @throws Problem `not-found` for a link that we did not send */
export async function getSuccession({ db }: Pick<Services, 'db'>, token: string): Promise<Succession> {
  const found = await requireLink({ db }, token);
  const issued = found.newState === 'issued' ? found.newCertificateId : null;
  const state = issued !== null ? 'issued' : found.settledAt ? 'over' : found.requestId === null ? 'asked' : 'requested';
  return { reorganisation: found.title, state, endsAt: found.endsAt, newCertificateId: issued, requestId: found.requestId };
}

/** The new certificate with its chain in PEM, root left out. @throws Problem `not-found` while there is none */
export async function fetchNewCertificate(services: Pick<Services, 'db'>, token: string): Promise<string> {
  const { der, generationId, newState } = await requireLink(services, token);
  if (!der || newState !== 'issued') throw new Problem('certificate-not-found');
  const chain = (await chainOf(services, generationId)).slice(0, -1);
  return [parseCertificate(der), ...chain].map((certificate) => toPem('CERTIFICATE', certificate.der)).join('');
}

/**
 * A holder's request for the new certificate, with a new key: a change of content like any other, for the agency to confirm
 * and two operators to approve. A link proves an address, and that is not enough to issue on.
 * @throws Problem `not-found`, `state-changed` and what a submission refuses
 */
export async function askNewCertificate(services: Services, token: string, csr: string): Promise<Succession> {
  const found = await requireLink(services, token);
  if (found.settledAt || found.newState === 'issued' || found.requestId !== null) throw new Problem('state-changed', { link: 'used or over' });
  const actor = systemActor('holder of a link', `succession:${found.certificateId}`);
  const request = await submitRequest(services, actor, { kind: 'change', certificateId: found.certificateId, csr, note: found.title, ...(found.officialId === null ? {} : { transfer: 'change' as const }) }, `succession-${found.certificateId}`);
  await services.db.transaction((tx) => markAsked(tx, found.certificateId, request.id));
  return getSuccession(services, token);
}

async function requireLink({ db }: Pick<Services, 'db'>, token: string): Promise<FoundSuccession> {
  const found = await findSuccession(db, hashOfToken(token));
  if (!found) throw new Problem('not-found');
  return found;
}
