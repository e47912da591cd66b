import { requireWithin } from '../access/scope.ts';
import type { Page, PageRequest } from '../database/paging.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { serialOf } from './revoke.ts';
import { findCertificate, listCertificates, type CertificateFilter, type CertificateView } from './store.ts';

/** A certificate as the API shows it. */
export interface CertificateItem extends Omit<CertificateView, 'serialNumber' | 'subjectText' | 'der' | 'reason' | 'revokedAt' | 'invalidityDate'> {
  serialNumber: string;
  subject: string;
  revocation: { reason: string; revokedAt: Date; invalidityDate: Date | null } | null;
}

/** @throws Problem `certificate-not-found`, `outside-your-agency` */
export async function getCertificate({ db }: Pick<Services, 'db'>, actor: Actor, id: string): Promise<CertificateItem & { der: Uint8Array | null }> {
  const row = await findCertificate(db, id);
  if (!row) throw new Problem('certificate-not-found', { id });
  requireWithin(actor, row.agencyPath);
  return { ...itemOf(row), der: row.der };
}

/** The certificates of the actor's agency and below, the newest first. */
export async function searchCertificates(
  { db }: Pick<Services, 'db'>, actor: Actor, filter: CertificateFilter, page: PageRequest,
): Promise<Page<CertificateItem>> {
  const { items, next } = await listCertificates(db, { ...filter, withinPath: actor.agencyPath }, page);
  return { items: items.map(itemOf), next };
}

function itemOf({ serialNumber, subjectText, der: _der, reason, revokedAt, invalidityDate, ...row }: CertificateView): CertificateItem {
  return {
    ...row, serialNumber: serialOf({ serialNumber }), subject: subjectText,
    revocation: reason && revokedAt ? { reason, revokedAt, invalidityDate } : null,
  };
}
