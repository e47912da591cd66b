import { PkiError } from '../error.ts';

export interface Validity { notBefore: Date; notAfter: Date }

/**
 * The validity of a certificate that starts `now`, cut to end with its issuer's.
 * RFC 5280 §4.1.2.5: both ends are inside, so the last second is one before the round time.
 *
 * @param now    handed in, never read here; fractions of a second are dropped, DER has none
 * @param days   length in days of 86,400 s
 * @param issuer validity of the issuing certificate; undefined for a self-signed one
 * @throws PkiError `issuer-expired` if nothing would be left
 */
export function validityFrom(now: Date, days: number, issuer: Validity | undefined): Validity {
  const start = Math.floor(now.getTime() / 1000);
  const end = Math.min(start + days * 86_400 - 1, issuer ? issuer.notAfter.getTime() / 1000 : Infinity);
  const beforeIssuer = issuer !== undefined && start < Math.floor(issuer.notBefore.getTime() / 1000);
  if (end <= start || beforeIssuer) throw new PkiError('issuer-expired', { rule: 'RFC 5280 §6.1.3(a)(2)' });
  return { notBefore: new Date(start * 1000), notAfter: new Date(end * 1000) };
}
