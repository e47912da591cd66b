import { requireWithin } from '../access/scope.ts';
import { recordAudit } from '../audit/record.ts';
import { notifyOnCommit } from '../database/notify.ts';
import { recordEvent } from '../events/record.ts';
import { addJobOnCommit } from '../jobs/add.ts';
import { encodeCrlEntry } from '../../pki/crl/build.ts';
import type { RevocationReason } from '../../pki/crl/reason.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { lockCertificate, markRevoked, type CertificateRow } from './store.ts';

/** Why a certificate may be revoked for good. A hold is another thing, and a CRL alone can be told to remove an entry. */
export const finalReasons = [
  'unspecified', 'keyCompromise', 'cACompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation', 'privilegeWithdrawn',
] as const satisfies readonly RevocationReason[];
export type FinalReason = (typeof finalReasons)[number];

export interface RevocationInput {
  certificateId: string;
  reason: FinalReason;
  /** since when the key is feared to be known to others (RFC 5280 §5.3.2); not after now */
  invalidityDate?: Date;
  /** the article of law, for requests */
  ground?: string;
  comment?: string;
}
export interface Revocation {
  certificateId: string; serialNumber: string; reason: FinalReason; revokedAt: Date; invalidityDate: Date | null; ground: string | null; comment: string | null;
}

/** Those whose holder no longer controls the key: waiting for the next scheduled list would leave time to misuse it. */
const urgentReasons: ReadonlySet<RevocationReason> = new Set(['keyCompromise', 'cACompromise']);

/**
 * Revokes a certificate for good. Two callers at once: the row lock lets one win, the other is told.
 * @throws Problem `certificate-not-found`, `outside-your-agency`, `certificate-already-revoked`, `state-changed`, `invalid-fields`
 */
export async function revokeCertificate(services: Pick<Services, 'db' | 'now'>, actor: Actor, input: RevocationInput): Promise<Revocation> {
  return services.db.transaction((tx) => revokeInTransaction(services, tx, actor, input));
}

/** The same in the caller's transaction, for a request that is a revocation and for what a renewal replaces. */
export async function revokeInTransaction({ now }: Pick<Services, 'now'>, tx: Tx, actor: Actor, input: RevocationInput): Promise<Revocation> {
  const { certificateId, reason } = input;
  const certificate = await lockCertificate(tx, certificateId);
  if (!certificate) throw new Problem('certificate-not-found', { id: certificateId });
  requireMayRevoke(actor, certificate);
  requireIssued(certificate);
  const { generationId, serialNumber, notAfter } = certificate;
  const revokedAt = wholeSecond(now());
  const invalidityDate = input.invalidityDate ? wholeSecond(input.invalidityDate) : null;
  if (invalidityDate && invalidityDate > revokedAt) {
    throw new Problem('invalid-fields', { errors: [{ pointer: '/invalidityDate', message: 'must not lie in the future' }] });
  }
  const crlEntry = encodeCrlEntry({ serialNumber, revokedAt, reason, ...(invalidityDate ? { invalidityDate } : {}) });
  const { ground = null, comment = null } = input;
  await markRevoked(tx, { certificateId, generationId, serialNumber, reason, revokedAt, invalidityDate, ground, comment, notAfter, crlEntry });

  const revocation = { certificateId, serialNumber: serialOf(certificate), reason, revokedAt, invalidityDate, ground, comment };
  await recordAudit(tx, actor, 'certificate.revoked', { type: 'certificate', id: certificateId }, { before: { state: certificate.state }, after: { state: 'revoked', ...revocation } });
  await recordEvent(tx, {
    type: 'certificate.revoked', subject: { type: 'certificate', id: certificateId }, agencyPath: certificate.agencyPath,
    data: { serialNumber: revocation.serialNumber, profile: certificate.profile, reason, revokedAt, invalidityDate, agencyId: certificate.agencyId, officialId: certificate.officialId },
  });
  await notifyOnCommit(tx, 'certificate_revoked', `${generationId} ${revocation.serialNumber}`);
  if (urgentReasons.has(reason)) await addJobOnCommit(tx, 'publish-crl', { generationId });
  return revocation;
}

/** A certificate of the CA itself has no agency: it takes one who manages authorities, or the service. */
function requireMayRevoke(actor: Actor, { profile, agencyPath }: CertificateRow): void {
  requireWithin(actor, agencyPath);
  if (actor.kind === 'system' || !infrastructure.has(profile)) return;
  if (!actor.permissions.has('authority:manage')) throw new Problem('not-permitted', { needs: 'authority:manage' });
}

const infrastructure: ReadonlySet<string> = new Set(['root-ca', 'issuing-ca', 'ocsp-responder', 'timestamping']);

function requireIssued({ id, state }: CertificateRow): void {
  if (state === 'revoked') throw new Problem('certificate-already-revoked', { id });
  if (state !== 'issued' && state !== 'on_hold') throw new Problem('state-changed', { id, state });
}

/** DER has no fractions of a second; what is stored is what is published. */
const wholeSecond = (at: Date): Date => new Date(Math.floor(at.getTime() / 1000) * 1000);

/** Lower-case hex, an even number of digits. */
export const serialOf = ({ serialNumber }: Pick<CertificateRow, 'serialNumber'>): string => Buffer.from(serialNumber).toString('hex');
