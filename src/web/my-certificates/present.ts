import { createHash } from 'node:crypto';
import { parseCertificate } from '../../../pki/certificate/parse.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import type { OwnCertificate } from '../../holders/find.ts';
import { showDate, showDateTime, showNumber } from '../frame/formats.ts';
import type { Translate } from '../text/words.ts';

const dayMs = 86_400_000;
/** From here on the page says that the end is near. */
const soonDays = 60;

export interface CertificateView {
  id: string; serialNumber: string; subject: string; stateTag: 'good' | 'wait' | 'bad' | 'off'; stateText: string; until: string; uses: string;
  notBefore: Date; notAfter: Date; canRenew: boolean; canRevoke: boolean; replaced: boolean;
}

/** A certificate as its holder reads it. */
export function presentCertificate(certificate: OwnCertificate, now: Date, t: Translate): CertificateView {
  const { id, serialNumber, state, notBefore, notAfter, revokedAt, replaced, profile } = certificate;
  const days = Math.ceil((notAfter.getTime() - now.getTime()) / dayMs);
  const [stateTag, stateText] = stateOf(certificate, { now, days }, t);
  const inForce = state === 'issued' && notAfter >= now;
  return {
    id, serialNumber, subject: holderName(certificate.der), stateTag, stateText, notBefore, notAfter, replaced,
    until: revokedAt ? t('mine.revokedOn', { at: showDateTime(revokedAt) }) : days > 0 ? t('mine.daysLeft', { days: showNumber(days, t.language), end: showDate(notAfter) }) : t('mine.endedOn', { end: showDate(notAfter) }),
    uses: profile === 'official-signing' ? t('mine.usesSigning') : t('mine.usesOther', { profile }),
    canRenew: inForce && !replaced, canRevoke: inForce || (state === 'on_hold' && notAfter >= now),
  };
}

function stateOf({ state, notBefore, notAfter }: OwnCertificate, { now, days }: { now: Date; days: number }, t: Translate): [CertificateView['stateTag'], string] {
  if (state === 'revoked') return ['bad', t('mine.revoked')];
  if (notAfter < now) return ['off', t('mine.expired')];
  if (state === 'on_hold') return ['wait', t('mine.onHold')];
  if (notBefore > now) return ['wait', t('mine.notYet')];
  return days <= soonDays ? ['wait', t('mine.endsSoon')] : ['good', t('mine.inForce')];
}

/** Whose a certificate is, as people say it: the person, then from the own unit up to the organisation. */
export function holderName(der: Uint8Array): string {
  const { subject } = parseCertificate(der);
  const named = (oid: string): string[] => subject.rdns.flat().filter((one) => one.oid === oid).map(({ value }) => value);
  return [...named(oids.commonName), ...named(oids.organizationalUnitName).toReversed(), ...named(oids.organizationName)].join(', ');
}

/** SHA-256 of a certificate, hex. */
export const fingerprintOf = (der: Uint8Array): string => createHash('sha256').update(der).digest('hex');
