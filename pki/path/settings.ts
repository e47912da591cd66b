import type { Certificate, KeyUsageBit } from '../certificate/parse.ts';
import type { Crl, RevocationReason } from '../crl/parse.ts';
import type { OcspResponse } from '../ocsp/response.ts';
import type { AlgorithmRule } from './algorithms.ts';
import type { ProfileRule } from './profile-rules.ts';
import type { PathCache } from './work.ts';

/** Trust in a name and a key, told by a certificate (RFC 5280 §6.1.1 (d)). */
export interface TrustAnchor { certificate: Certificate }

/** The inputs of RFC 5280 §6.1.1 that are policy, and what this project adds to them. */
export interface PathSettings {
  /** the time asked about: validity, status and algorithms are judged for it */
  time: Date;
  /** user-initial-policy-set; absent is any-policy */
  initialPolicySet?: readonly string[];
  initialExplicitPolicy?: boolean;
  initialPolicyMappingInhibit?: boolean;
  initialAnyPolicyInhibit?: boolean;
  /** what the target must be good for, and every CA that restricts its purposes */
  extendedKeyUsage?: string;
  /** the target needs one of these bits where it has keyUsage */
  keyUsage?: readonly KeyUsageBit[];
  /** DNS name or IP address that the target's subjectAltName must match (RFC 9525 §6) */
  serverName?: string;
  /** non-self-issued intermediates, as path lengths are counted */
  maxIntermediates?: number;
  /** `required`: unknown status is a reason to refuse; `if-available`: only a revocation is */
  revocation: 'required' | 'if-available' | 'none';
  /** when the evidence is looked at, `time` by default: a list issued after `time` and not after this proves the status at `time` */
  evidenceTime?: Date;
  /** evidence without nextUpdate counts this long after its thisUpdate; 0 by default */
  maxAgeSeconds?: number;
  /** the anchor's own dates count; no by default, since an anchor is a name and a key */
  anchorValidity?: boolean;
  /** the anchor certificate's path length, name constraints and policies count (RFC 5937) */
  anchorConstraints?: boolean;
  /** refuse a path that is nothing but an anchor; by default an anchor may be the target */
  targetMustBeIssued?: boolean;
  /** name constraints like `.example.com` for DNS names, outside RFC 5280 but common, mean the subdomains */
  leadingDotConstraints?: boolean;
  /** what is acceptable when; `algorithmTable` by default */
  algorithms?: readonly AlgorithmRule[];
  /** demands beyond validation; `strictRules` by default */
  rules?: readonly ProfileRule[];
  /** critical extensions that the caller processes itself */
  recognisedExtensions?: readonly string[];
  maxSignatureChecks?: number;
  maxBuildSteps?: number;
  maxNameComparisons?: number;
  cache?: PathCache;
}

export interface PathInput {
  target: Certificate;
  /** certificates in any order that may be needed: intermediates, CRL signers, OCSP responders */
  pool: readonly Certificate[];
  anchors: readonly TrustAnchor[];
  crls: readonly Crl[];
  ocspResponses: readonly OcspResponse[];
}

export type PathReasonCode =
  | 'issuer-not-found' | 'signature-invalid' | 'algorithm-mismatch' | 'algorithm-not-supported' | 'key-not-supported'
  | 'algorithm-not-acceptable' | 'not-yet-valid' | 'expired' | 'revoked' | 'status-unknown' | 'name-mismatch' | 'not-a-ca'
  | 'path-too-long' | 'key-usage' | 'extended-key-usage' | 'policy' | 'policy-mapping' | 'name-constraints'
  | 'critical-extension-unknown' | 'server-name' | 'profile' | 'target-is-anchor' | 'work-limit-reached';

/** Why a path fails: the code, which certificate (0 is the target), the rule it breaks. */
export interface PathReason { code: PathReasonCode; certificate?: number; rule: string }

/** The status of one certificate below the anchor, for the time asked about. */
export interface RevocationFinding {
  /** place in the path, 0 is the target */
  certificate: number;
  status: 'good' | 'revoked' | 'unknown';
  source: 'crl' | 'ocsp' | undefined;
  /** set also when the revocation came after the time asked about */
  revokedAt?: Date;
  reason?: RevocationReason;
  invalidityDate?: Date;
  thisUpdate?: Date;
  nextUpdate?: Date;
  /** the list or response that told it */
  evidence?: Crl | OcspResponse;
}

export interface PathVerdict {
  valid: boolean;
  /** target first, anchor last; the best path found, maybe without an anchor */
  path: readonly Certificate[];
  anchor?: TrustAnchor;
  /** empty when valid; the first is the most telling */
  reasons: readonly PathReason[];
  revocation: readonly RevocationFinding[];
  /** user-constrained-policy-set of RFC 5280 §6.1.6; `2.5.29.32.0` stands for any */
  policies: readonly string[];
  signatureChecks: number;
}

/**
 * True if evidence counts for the time asked about: made before it is looked at, and not outdated at that time.
 * Both ends are inside (RFC 5280 §5.1.2.5).
 */
export function isFresh({ thisUpdate, nextUpdate }: { thisUpdate: Date; nextUpdate: Date | undefined }, settings: PathSettings): boolean {
  const time = Math.floor(settings.time.getTime() / 1000) * 1000;
  const until = nextUpdate?.getTime() ?? thisUpdate.getTime() + (settings.maxAgeSeconds ?? 0) * 1000;
  return thisUpdate.getTime() <= (settings.evidenceTime ?? settings.time).getTime() && time <= until;
}

/** Revoked by then, or revoked later because it was already unsafe by then (invalidityDate, RFC 5280 §5.3.2). */
export function isRevokedAt(time: Date, { revokedAt, invalidityDate }: { revokedAt: Date; invalidityDate: Date | undefined }): boolean {
  return revokedAt <= time || (invalidityDate !== undefined && invalidityDate <= time);
}
