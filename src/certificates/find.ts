import type { RevocationReason } from '../../pki/crl/reason.ts';
import { isWithin, requireWithin } from '../access/scope.ts';
import type { Page, PageRequest } from '../database/paging.ts';
import { findPlaceOf } from '../officials/find.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { serialOf } from './revoke.ts';
import { findCertificate, listCertificates, listStatuses, type CertificateFilter, type CertificateView } from './store.ts';

/** A certificate as the API shows it. */
export interface CertificateItem extends Omit<CertificateView, 'serialNumber' | 'subjectText' | 'der' | 'reason' | 'revokedAt' | 'invalidityDate'> {
  serialNumber: string;
  subject: string;
  revocation: { reason: RevocationReason; revokedAt: Date; invalidityDate: Date | null } | null;
}

/** @throws Problem `certificate-not-found`, `outside-your-agency` */
export async function getCertificate({ db }: Pick<Services, 'db'>, actor: Actor, id: string): Promise<CertificateItem & { der: Uint8Array | null }> {
  const row = await findCertificate(db, id);
  if (!row) throw new Problem('certificate-not-found', { id });
  if (!isWithin(actor.agencyPath, row.agencyPath)) requireWithin(actor, row.officialId === null ? row.agencyPath : await findPlaceOf(db, row.officialId));
  return { ...itemOf(row), der: row.der };
}

/** The certificates of the actor's agency and below, the newest first. */
export async function searchCertificates(
  { db }: Pick<Services, 'db'>, actor: Actor, filter: CertificateFilter, page: PageRequest,
): Promise<Page<CertificateItem>> {
  const { items, next } = await listCertificates(db, { ...filter, withinPath: actor.agencyPath }, page);
  return { items: items.map(itemOf), next };
}

/** What anyone may know of a certificate: its state, never whose it is. */
export interface PublicStatus {
  serialNumber: string;
  /** the authority's name */
  issuer: string;
  state: CertificateView['state'];
  notBefore: Date;
  notAfter: Date;
  revocation: { reason: RevocationReason; revokedAt: Date; invalidityDate: Date | null } | null;
}

/** The certificates of all our authorities that bear a serial number, in hex of up to 40 digits; usually one or none. Those never signed are left out. */
export async function statusBySerial({ db }: Pick<Services, 'db'>, serialHex: string): Promise<PublicStatus[]> {
  const even = serialHex.length % 2 === 0 ? serialHex : `0${serialHex}`;
  const lengths = [...new Set([even, even.padStart(40, '0')])].map((hex) => Buffer.from(hex, 'hex'));
  return (await listStatuses(db, lengths)).map(({ serialNumber: serial, reason, revokedAt, invalidityDate, ...row }) => ({
    ...row, serialNumber: serialOf({ serialNumber: serial }), revocation: reason && revokedAt ? { reason, revokedAt, invalidityDate } : null,
  }));
}

function itemOf({ serialNumber, subjectText, der: _der, reason, revokedAt, invalidityDate, ...row }: CertificateView): CertificateItem {
  return {
    ...row, serialNumber: serialOf({ serialNumber }), subject: subjectText,
    revocation: reason && revokedAt ? { reason, revokedAt, invalidityDate } : null,
  };
}
