import type { NameParts } from '../../pki/name/build.ts';
import { policyAt } from '../policies/find.ts';
import { Problem } from '../problems.ts';
import { composeRequest, readRegisters, type Submission } from '../requests/compose.ts';
import { decideRequest } from '../requests/decide.ts';
import { submitRequest } from '../requests/submit.ts';
import type { Actor, Services } from '../services.ts';
import { holderOf } from './find.ts';
import { findOpenReplacement, findOwnCertificate, type OwnCertificate, type OwnRequest } from './store.ts';

/** What a renewal would be, before there is a key. */
export interface RenewalOffer {
  certificate: OwnCertificate;
  /** the name that the new certificate will have, from the registers */
  subject: NameParts;
  days: number;
  /** a policy lets the holder decide alone: it is issued at once */
  atOnce: boolean;
  /** a request that is under way already; nothing else is offered then */
  open: OwnRequest | undefined;
}

/** Own certificates may be older than the move to where one serves now. */
const wherever = (actor: Actor): Actor => ({ ...actor, agencyPath: undefined });

/**
 * May the actor renew this certificate now, and what would come of it?
 * @throws Problem `certificate-not-found`, `certificate-already-revoked`, `renewal-not-open`, `renewal-limit-reached`, `subject-mismatch`, `duplicate-request`
 */
export async function offerRenewal(services: Services, actor: Actor, certificateId: string): Promise<RenewalOffer> {
  const officialId = holderOf(actor);
  const certificate = await findOwnCertificate(services.db, officialId, certificateId);
  if (!certificate) throw new Problem('certificate-not-found', { id: certificateId });
  const open = await findOpenReplacement(services.db, officialId, certificateId);
  const atOnce = await policyAt(services.db, 'renewal.self_service', services.now());
  if (open) return { certificate, subject: [], days: 0, atOnce, open };
  const input: Submission = { kind: 'renew', certificateId, keyLater: true };
  const { subject, days } = composeRequest(await services.db.transaction((tx) => readRegisters(services, tx, [input])), wherever(actor), input);
  return { certificate, subject, days: days ?? 0, atOnce, open: undefined };
}

/**
 * Asks for the renewal of an own certificate with a new key. Where a policy lets the holder decide alone it is issued at once;
 * else the managing agency confirms and two operators approve, as with every request.
 * @param csr PKCS#10 in PEM
 * @throws Problem those of `offerRenewal`, and what a PKCS#10 is refused for
 */
export async function renewOwn(services: Services, actor: Actor, order: { certificateId: string; csr: string; device: 'SOFT' | 'TOKEN' }): Promise<{ requestId: string; state: string }> {
  const { atOnce, open } = await offerRenewal(services, actor, order.certificateId);
  if (open) throw new Problem('duplicate-request', { request: open.id });
  const { id, state } = await submitRequest(services, wherever(actor), { kind: 'renew', ...order });
  if (!atOnce) return { requestId: id, state };
  const decided = await decideRequest(services, { requestId: id, decision: 'approve', actor: wherever(actor) });
  return { requestId: id, state: decided.state };
}
