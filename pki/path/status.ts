import type { Certificate } from '../certificate/parse.ts';
import type { Crl } from '../crl/parse.ts';
import type { Name } from '../name/parse.ts';
import type { OcspResponse } from '../ocsp/response.ts';
import type { PathSettings, RevocationFinding } from './settings.ts';
import type { Work } from './work.ts';

/** What one kind of evidence tells about a certificate. */
export type Told = Omit<RevocationFinding, 'certificate' | 'status'> & { status: 'good' | 'revoked' };

/** What status checking needs around it; the two judgements about signers lead back into path validation. */
export interface StatusContext {
  settings: PathSettings;
  work: Work;
  ocspResponses: readonly OcspResponse[];
  crlsOf(issuer: Name): readonly Crl[];
  /** certificates of one subject, those of the path first, then by key identifier */
  signersNamed(subject: Name, keyIdentifier: Uint8Array | undefined): readonly Certificate[];
  certificatesIn(response: OcspResponse): readonly Certificate[];
  /** the signer is part of the path, or has its own valid path to the same anchor (RFC 5280 §6.3.3 (f)) */
  isTrustedSigner(signer: Certificate): boolean;
  isUnrevokedResponder(responder: Certificate, issuer: Certificate): boolean;
}

/**
 * True if evidence counts for the time asked about: made before it is looked at, and not outdated at that time.
 * Both ends are inside (RFC 5280 §5.1.2.5).
 */
export function isFresh({ thisUpdate, nextUpdate }: { thisUpdate: Date; nextUpdate: Date | undefined }, settings: PathSettings): boolean {
  const time = Math.floor(settings.time.getTime() / 1000) * 1000;
  const until = nextUpdate?.getTime() ?? thisUpdate.getTime() + (settings.maxAgeSeconds ?? 0) * 1000;
  return thisUpdate <= (settings.evidenceTime ?? settings.time) && time <= until;
}

/** Revoked by then, or revoked later because it was already unsafe by then (invalidityDate, RFC 5280 §5.3.2). */
export function isRevokedAt(time: Date, { revokedAt, invalidityDate }: { revokedAt: Date; invalidityDate: Date | undefined }): boolean {
  return revokedAt <= time || (invalidityDate !== undefined && invalidityDate <= time);
}
