import { randomUUID, timingSafeEqual } from 'node:crypto';
import { parseCertificate, type Certificate } from '../../pki/certificate/parse.ts';
import { sha256Fingerprint } from '../../pki/certificate/fingerprint.ts';
import { parsePem } from '../../pki/keys/pem.ts';
import { printName } from '../../pki/name/print.ts';
import { recordAudit } from '../audit/record.ts';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { insertTrustAnchor, type TrustAnchorRow } from './store.ts';

export interface NewTrustAnchor {
  /** PEM, one certificate */
  certificate: string;
  /** SHA-256 in hex, obtained by another way than the certificate: the pin */
  fingerprint: string;
  label: string;
  domain: string;
  scope: TrustAnchorRow['scope'];
  trustedFrom?: Date | undefined;
  trustedUntil?: Date | undefined;
}

/**
 * Proposes a certificate as a trust anchor. Whoever does must know its fingerprint, for a name proves nothing; it counts for
 * nothing until another person has approved it.
 * @throws Problem `invalid-fields`, `duplicate-request`
 */
export async function proposeTrustAnchor(services: Pick<Services, 'db' | 'now'>, actor: Actor, input: NewTrustAnchor): Promise<TrustAnchorRow> {
  const certificate = readPinned(input);
  return services.db.transaction(async (tx) => {
    const row = await insertProposal(services, tx, actor, { ...input, certificate });
    if (!row) throw new Problem('duplicate-request', { detail: { en: 'This certificate is a trust anchor already, or proposed as one.', vi: 'Chứng thư này đã là điểm tin cậy, hoặc đang được đề xuất.' } });
    return row;
  });
}

/** Stores a proposal in the caller's transaction; undefined where the certificate is an anchor or proposed already. */
export async function insertProposal(
  { now }: Pick<Services, 'now'>, tx: Tx, actor: Actor, { certificate, label, domain, scope, trustedFrom, trustedUntil }: Omit<NewTrustAnchor, 'certificate' | 'fingerprint'> & { certificate: Certificate },
): Promise<TrustAnchorRow | undefined> {
  const row: TrustAnchorRow = {
    id: randomUUID(), fingerprint: Buffer.from(sha256Fingerprint(certificate.der), 'hex'), certificate: certificate.der,
    subjectText: printName(certificate.subject), label, domain, scope,
    // an anchor vouches for what it signed all its life, unless someone says otherwise
    trustedFrom: trustedFrom ?? certificate.notBefore, trustedUntil: trustedUntil ?? null,
    createdAt: now(), createdBy: actor.id, confirmedAt: null, confirmedBy: null, withdrawnAt: null, withdrawnBy: null,
    withdrawalProposedAt: null, withdrawalProposedBy: null, withdrawalReason: null, listId: null,
  };
  if (!(await insertTrustAnchor(tx, row))) return undefined;
  await recordAudit(tx, actor, 'trust-anchor.proposed', { type: 'trust-anchor', id: row.id }, { before: null, after: summaryOf(row) });
  return row;
}

function readPinned({ certificate: pem, fingerprint }: NewTrustAnchor): Certificate {
  const blocks = parsePem(pem).filter(({ label }) => label === 'CERTIFICATE');
  if (blocks.length !== 1) throw wrongField('/certificate', 'certificate-one');
  const certificate = parseCertificate(blocks[0]!.der);
  requireFingerprint(Buffer.from(sha256Fingerprint(certificate.der), 'hex'), fingerprint);
  if (!isAuthority(certificate)) throw wrongField('/certificate', 'not-authority');
  return certificate;
}

/** An anchor is the certificate of an authority; version 1 cannot say so. */
export const isAuthority = ({ basicConstraints, version }: Certificate): boolean => basicConstraints?.ca === true || version !== 3;

/** Both people say the fingerprint, each as they know it. @throws Problem `invalid-fields` */
export function requireFingerprint(found: Uint8Array, said: string): void {
  const expected = Buffer.from(plainFingerprint(said), 'hex');
  if (found.length !== expected.length || !timingSafeEqual(found, expected)) throw wrongField('/fingerprint', 'fingerprint-differs');
}

/** As it is printed anywhere, in lower-case hex. */
export const plainFingerprint = (text: string): string => text.toLowerCase().replaceAll(/[:\s]/g, '');

/** What the audit keeps of an anchor. */
export function summaryOf({ fingerprint, subjectText, label, domain, scope, trustedFrom, trustedUntil }: TrustAnchorRow): Record<string, unknown> {
  return { fingerprint: Buffer.from(fingerprint).toString('hex'), subject: subjectText, label, domain, scope, trustedFrom, trustedUntil };
}
