import { requireWithin } from '../access/scope.ts';
import { recordAudits } from '../audit/record.ts';
import { notifyEachOnCommit } from '../database/notify.ts';
import { recordEvents } from '../events/record.ts';
import { addJobOnCommit } from '../jobs/add.ts';
import { encodeCrlEntry } from '../../pki/crl/build.ts';
import type { RevocationReason } from '../../pki/crl/reason.ts';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor, Permission, Services, Tx } from '../services.ts';
import { lockCertificates, markRevoked, type CertificateRow, type RevocationRow } from './store.ts';

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
export async function revokeInTransaction(services: Pick<Services, 'now'>, tx: Tx, actor: Actor, input: RevocationInput): Promise<Revocation> {
  const [outcome] = await revokeEach(services, tx, actor, [input]);
  if (outcome?.status === 'fulfilled') return outcome.value;
  throw outcome?.reason;
}

/**
 * The same for any number, in a fixed number of round trips and each settled on its own: what is refused leaves the
 * others whole. A certificate named twice is revoked once.
 */
export async function revokeEach(
  { now }: Pick<Services, 'now'>, tx: Tx, actor: Actor, inputs: readonly RevocationInput[],
): Promise<PromiseSettledResult<Revocation>[]> {
  const rows = await lockCertificates(tx, inputs.map(({ certificateId }) => certificateId));
  const revokedAt = wholeSecond(now());
  const outcomes = inputs.map((input): PromiseSettledResult<Revoked> => {
    try {
      const value = judge(actor, rows.get(input.certificateId), input, revokedAt);
      rows.set(input.certificateId, { ...value.certificate, state: 'revoked' });
      return { status: 'fulfilled', value };
    } catch (reason) {
      return { status: 'rejected', reason };
    }
  });
  const revoked = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  if (revoked.length > 0) await storeRevoked(tx, actor, revoked);
  return outcomes.map((outcome) => (outcome.status === 'fulfilled' ? { status: 'fulfilled', value: outcome.value.revocation } : outcome));
}

interface Revoked { certificate: CertificateRow; row: RevocationRow; revocation: Revocation }

function judge(actor: Actor, certificate: CertificateRow | undefined, input: RevocationInput, revokedAt: Date): Revoked {
  const { certificateId, reason, ground = null, comment = null } = input;
  if (!certificate) throw new Problem('certificate-not-found', { id: certificateId });
  requireMayRevoke(actor, certificate);
  requireIssued(certificate);
  const { generationId, serialNumber, notAfter } = certificate;
  const invalidityDate = input.invalidityDate ? wholeSecond(input.invalidityDate) : null;
  if (invalidityDate && invalidityDate > revokedAt) {
    throw wrongField('/invalidityDate', 'in-future');
  }
  const crlEntry = encodeCrlEntry({ serialNumber, revokedAt, reason, ...(invalidityDate ? { invalidityDate } : {}) });
  const revocation = { certificateId, serialNumber: serialOf(certificate), reason, revokedAt, invalidityDate, ground, comment };
  return { certificate, revocation, row: { certificateId, generationId, serialNumber, reason, revokedAt, invalidityDate, ground, comment, notAfter, crlEntry } };
}

async function storeRevoked(tx: Tx, actor: Actor, revoked: readonly Revoked[]): Promise<void> {
  await markRevoked(tx, revoked.map(({ row }) => row));
  await recordAudits(tx, actor, revoked.map(({ certificate, revocation }) => ({
    action: 'certificate.revoked', subject: { type: 'certificate', id: certificate.id },
    change: { before: { state: certificate.state }, after: { state: 'revoked', ...revocation } },
  })));
  await recordEvents(tx, revoked.map(({ certificate, revocation: { serialNumber, reason, revokedAt, invalidityDate } }) => ({
    type: 'certificate.revoked', subject: { type: 'certificate', id: certificate.id }, agencyPath: certificate.agencyPath,
    data: { serialNumber, profile: certificate.profile, reason, revokedAt, invalidityDate, agencyId: certificate.agencyId, officialId: certificate.officialId },
  })));
  await notifyEachOnCommit(tx, 'certificate_revoked', revoked.map(({ row, revocation }) => `${row.generationId} ${revocation.serialNumber}`));
  const urgent = new Set(revoked.filter(({ row }) => urgentReasons.has(row.reason)).map(({ row }) => row.generationId));
  for (const generationId of urgent) await addJobOnCommit(tx, 'publish-crl', { generationId });
}

/** Certificates of the CA itself and those that its people sign in with have no agency: it takes one who looks after these, or the service. */
function requireMayRevoke(actor: Actor, { profile, agencyPath }: CertificateRow): void {
  requireWithin(actor, agencyPath);
  const needs = keptBy.get(profile);
  if (actor.kind !== 'system' && needs !== undefined && !actor.permissions.has(needs)) throw new Problem('not-permitted', { needs });
}

const keptBy: ReadonlyMap<string, Permission> = new Map([
  ...['root-ca', 'issuing-ca', 'ocsp-responder', 'timestamping', 'receipt-signing'].map((profile) => [profile, 'authority:manage'] as const),
  ['operator-sign-in', 'operator:manage'],
]);

function requireIssued({ id, state }: CertificateRow): void {
  if (state === 'revoked') throw new Problem('certificate-already-revoked', { id });
  if (state !== 'issued' && state !== 'on_hold') throw new Problem('state-changed', { id, state });
}

/** DER has no fractions of a second; what is stored is what is published. */
const wholeSecond = (at: Date): Date => new Date(Math.floor(at.getTime() / 1000) * 1000);

/** Lower-case hex, an even number of digits. */
export const serialOf = ({ serialNumber }: Pick<CertificateRow, 'serialNumber'>): string => Buffer.from(serialNumber).toString('hex');
