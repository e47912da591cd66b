import { parseCertificate, type Certificate } from '../certificate/parse.ts';
import type { Crl } from '../crl/parse.ts';
import { PkiError } from '../error.ts';
import { normalizedName } from '../name/compare.ts';
import type { Name } from '../name/parse.ts';
import type { OcspResponse } from '../ocsp/response.ts';
import type { IssuerIndex } from './build.ts';
import { crlStatus } from './crl-status.ts';
import { ocspStatus } from './ocsp-status.ts';
import type { PathInput, PathSettings, RevocationFinding, TrustAnchor } from './settings.ts';
import type { Work } from './work.ts';

/** What one kind of evidence tells about a certificate. */
export type Told = Omit<RevocationFinding, 'certificate' | 'status'> & { status: 'good' | 'revoked' };

/** What status checking needs around it; the two judgements about signers lead back into path validation. */
export interface StatusContext {
  settings: PathSettings;
  work: Work;
  ocspResponses: readonly OcspResponse[];
  crlsOf(issuer: Name): readonly Crl[];
  /** certificates of one subject whose keys may sign lists, those of the path first, then by key identifier */
  crlSignersNamed(subject: Name, keyIdentifier: Uint8Array | undefined): readonly Certificate[];
  certificatesIn(response: OcspResponse): readonly Certificate[];
  /** the signer is part of the path, or has its own valid path to the same anchor (RFC 5280 §6.3.3 (f)) */
  isTrustedSigner(signer: Certificate): boolean;
  isUnrevokedResponder(responder: Certificate, issuer: Certificate): boolean;
}

/** The evidence of one validation, indexed once. */
export class Evidence {
  readonly ocspResponses: readonly OcspResponse[];
  private readonly crls: Map<string, Crl[]>;
  private readonly pool: readonly Certificate[];
  private readonly parsed = new Map<OcspResponse, readonly Certificate[]>();

  constructor({ crls, ocspResponses, pool }: PathInput) {
    this.crls = Map.groupBy(crls, ({ issuer }) => normalizedName(issuer));
    this.ocspResponses = ocspResponses;
    this.pool = pool;
  }

  crlsOf(issuer: Name): readonly Crl[] {
    return this.crls.get(normalizedName(issuer)) ?? [];
  }

  /** The response's own certificates, those that parse, then the pool's. */
  certificatesIn(response: OcspResponse, cache: PathSettings['cache']): readonly Certificate[] {
    let certificates = this.parsed.get(response);
    if (!certificates) {
      certificates = [...response.certificates.flatMap((der) => parsedOrNothing(der, cache)), ...this.pool];
      this.parsed.set(response, certificates);
    }
    return certificates;
  }
}

function parsedOrNothing(der: Uint8Array, cache: PathSettings['cache']): Certificate[] {
  try {
    return [cache ? cache.certificate(der) : parseCertificate(der)];
  } catch (error) {
    if (error instanceof PkiError) return [];
    throw error;
  }
}

const maySign = ({ keyUsage }: Certificate): boolean => keyUsage?.has('cRLSign') ?? true;

/** Signers for `StatusContext.crlSignersNamed`: the path's, the pool's, those with the named key first (RFC 5280 §6.3.3 (f)). */
export function crlSignersNamed(
  subject: Name, keyIdentifier: Uint8Array | undefined, path: readonly Certificate[], index: IssuerIndex,
): Certificate[] {
  const wanted = normalizedName(subject);
  const signers = path.filter((each) => maySign(each) && normalizedName(each.subject) === wanted);
  for (const each of index.named(subject)) if (maySign(each) && !path.includes(each)) signers.push(each);
  if (signers.length < 2) return signers;
  const named = ({ subjectKeyIdentifier }: Certificate): number =>
    (keyIdentifier && subjectKeyIdentifier && Buffer.compare(keyIdentifier, subjectKeyIdentifier) === 0 ? 0 : 1);
  return signers.toSorted((a, b) => named(a) - named(b));
}

/**
 * The status of one certificate of a path for `settings.time`. Both sources are asked; where they differ a final revocation
 * wins, else the newer word (a hold may have been lifted since).
 * @throws WorkLimit
 */
export function statusOf(certificate: Certificate, issuer: Certificate, context: StatusContext): Omit<RevocationFinding, 'certificate'> {
  const ocsp = ocspStatus(certificate, issuer, context);
  const crl = crlStatus(certificate, context);
  return (ocsp && crl ? stronger(ocsp, crl) : ocsp ?? crl) ?? { status: 'unknown', source: undefined };
}

function stronger(a: Told, b: Told): Told {
  const final = [a, b].find(({ status, reason }) => status === 'revoked' && reason !== 'certificateHold');
  return final ?? (a.thisUpdate! >= b.thisUpdate! ? a : b);
}

/**
 * The status of each certificate of a path, from the anchor down.
 * @param contextFor given the certificate asked about and those above it: all are judged with this path, so a CRL issuer whose
 *   own status stands on its own list, as its CA arranged (PKITS 4.14.30), is no circle. @throws WorkLimit
 */
export function statusOfPath(
  path: readonly Certificate[], anchor: TrustAnchor, contextFor: (judged: readonly Certificate[]) => StatusContext,
): RevocationFinding[] {
  const findings: RevocationFinding[] = [];
  let judged: readonly Certificate[] = [anchor.certificate];
  for (let place = path.length - 1; place >= 0; place--) {
    const issuer = judged[0]!;
    judged = [path[place]!, ...judged];
    findings.push({ ...statusOf(path[place]!, issuer, contextFor(judged)), certificate: place });
  }
  return findings.reverse();
}
