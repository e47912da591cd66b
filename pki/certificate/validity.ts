import { PkiError } from '../error.ts';

export interface Validity { notBefore: Date; notAfter: Date }

/**
 * The validity of a certificate that starts `now`, cut to end with its issuer's.
 * RFC 5280 §4.1.2.5: both ends are inside, so the last second is one before the round time.
 *
 * @param now    handed in, never read here; fractions of a second are dropped, DER has none
 * @param days   length in days of 86,400 s
 * @param issuer validity of the issuing certificate; undefined for a self-signed one
 * @throws PkiError `issuer-expired` if nothing would be left, or the issuer's own has not begun
 */
export function validityFrom(now: Date, days: number, issuer: Validity | undefined): Validity {
  const notBefore = new Date(Math.floor(now.getTime() / 1000) * 1000);
  const last = lastSecond(notBefore, days);
  const notAfter = issuer && issuer.notAfter < last ? issuer.notAfter : last;
  if (notAfter <= notBefore || (issuer && notBefore < issuer.notBefore)) {
    throw new PkiError('issuer-expired', { rule: 'RFC 5280 §6.1.3(a)(2)' });
  }
  return { notBefore, notAfter };
}

/** The last second of so many days from a start, both ends inside. */
export const lastSecond = (start: Date, days: number): Date => new Date(start.getTime() + days * 86_400_000 - 1_000);

/** How long a validity lasts in seconds, both ends inside (RFC 5280 §4.1.2.5). */
export const secondsBetween = (notBefore: Date, notAfter: Date): number => (notAfter.getTime() - notBefore.getTime()) / 1000 + 1;
