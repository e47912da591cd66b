import type { RevocationFinding } from '../path/settings.ts';
import type { ValidationPolicy } from './policy.ts';

type Issued = Pick<RevocationFinding, 'thisUpdate' | 'nextUpdate'>;

/**
 * The revocation freshness checker (EN 319 102-1 §5.2.5): fresh at a time until its nextUpdate, or until it is older than
 * the policy allows. Without nextUpdate and without an allowance it is fresh at its thisUpdate alone.
 */
export function isStatusFresh({ thisUpdate, nextUpdate }: Issued, time: Date, { maxStatusAgeSeconds }: ValidationPolicy): boolean {
  if (!thisUpdate) return false;
  const until = Math.min(
    nextUpdate?.getTime() ?? thisUpdate.getTime(),
    maxStatusAgeSeconds === undefined ? Infinity : thisUpdate.getTime() + maxStatusAgeSeconds * 1000,
  );
  return Math.floor(time.getTime() / 1000) * 1000 <= until;
}

/** The grace period: status of the signer issued so long after the signing that a revocation under way then would show in it. */
export function isAfterGrace({ thisUpdate }: Issued, signed: Date, { statusGraceSeconds }: ValidationPolicy): boolean {
  if (statusGraceSeconds === undefined) return true;
  return thisUpdate !== undefined && thisUpdate.getTime() >= Math.floor(signed.getTime() / 1000) * 1000 + statusGraceSeconds * 1000;
}
