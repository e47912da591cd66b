import type { Certificate } from '../certificate/parse.ts';
import type { Crl } from '../crl/parse.ts';
import type { Name } from '../name/parse.ts';
import type { OcspResponse } from '../ocsp/response.ts';
import { extendDeadEnd, IssuerIndex, searchPaths, type BuiltPath, type DeadEnd, type PathSearch } from './build.ts';
import { processPath } from './process.ts';
import { crlSignersNamed, Evidence, statusOf, statusOfPath, type StatusContext } from './revocation.ts';
import type { PathInput, PathReason, PathSettings, PathVerdict, RevocationFinding, TrustAnchor } from './settings.ts';
import { Work, WorkLimit } from './work.ts';

export type * from './settings.ts';
export { PathCache } from './work.ts';

/** A signer of evidence may itself need evidence with another signer; deeper than this proves nothing. */
const maxSignerDepth = 4;

/** What one validation shares with those it starts for the signers of its evidence. */
interface Search {
  index: IssuerIndex;
  evidence: Evidence;
  work: Work;
  /** signers being judged or judged, by anchor: one that needs itself is not trusted */
  signers: Map<Certificate, Map<TrustAnchor, boolean>>;
  depth: number;
}

interface Judged { built: BuiltPath; reasons: PathReason[]; revocation: RevocationFinding[]; policies: string[] }

/**
 * Finds a path from the target to an anchor and validates it by RFC 5280 §6: the first valid one, else the best failing one
 * with all its reasons. Pure and bounded; never throws on what strangers sent.
 */
export function validatePath(input: PathInput, settings: PathSettings): PathVerdict {
  const search: Search = {
    index: new IssuerIndex(input.pool, input.anchors), evidence: new Evidence(input), work: new Work(settings), signers: new Map(), depth: 0,
  };
  return find(input.target, input.anchors, settings, search);
}

function find(target: Certificate, anchors: readonly TrustAnchor[], settings: PathSettings, search: Search): PathVerdict {
  let best: Judged | undefined;
  let deadEnd: DeadEnd | undefined;
  try {
    findPaths(target, anchors, {
      settings, work: search.work, index: search.index,
      onPath: (built) => {
        const judged = judge(built, settings, search, best === undefined);
        if (!best || judged.reasons.length < best.reasons.length) best = judged;
        return judged.reasons.length === 0;
      },
      onDeadEnd: (end) => { deadEnd = further(deadEnd, end); },
    });
    if (!best && deadEnd?.reason.code === 'issuer-not-found') deadEnd = extendDeadEnd(deadEnd, search.index, { settings, work: search.work });
  } catch (error) {
    if (!(error instanceof WorkLimit)) throw error;
    const limit: PathReason = { code: 'work-limit-reached', rule: error.rule };
    return conclude(best ? { ...best, reasons: [...best.reasons, limit] } : undefined, deadEnd && { ...deadEnd, reason: limit }, target, search, limit);
  }
  return conclude(best, deadEnd, target, search);
}

function findPaths(target: Certificate, anchors: readonly TrustAnchor[], search: PathSearch): void {
  const itself = anchors.find(({ certificate }) => Buffer.compare(certificate.der, target.der) === 0);
  if (itself && search.settings.targetMustBeIssued) {
    search.onDeadEnd({ path: [target], reason: { code: 'target-is-anchor', certificate: 0, rule: 'RFC 5280 §6.1 a path has a certificate below its anchor' } });
  } else if (itself) {
    search.onPath({ path: [], anchor: itself });
  } else {
    searchPaths(target, { ...search, onPath: (built) => anchors.includes(built.anchor) && search.onPath(built) });
  }
}

/** @param first of a path that fails otherwise the status is asked only once, for the report */
function judge(built: BuiltPath, settings: PathSettings, search: Search, first: boolean): Judged {
  const { reasons, policies } = processPath(built.path, built.anchor, settings, search.work);
  const revocation = settings.revocation === 'none' || (reasons.length > 0 && !first) ? [] : statusOfPath(built.path, built.anchor,
    (judged) => new SearchStatus(judged, built.anchor, settings, search));
  for (const { certificate, status } of revocation) {
    if (status === 'revoked') reasons.unshift({ code: 'revoked', certificate, rule: 'RFC 5280 §6.1.3 (a)(3)' });
    if (status === 'unknown' && settings.revocation === 'required') reasons.push({ code: 'status-unknown', certificate, rule: 'RFC 5280 §6.1.3 (a)(3)' });
  }
  return { built, reasons, revocation, policies };
}

/** What status checking asks of the search around it. */
class SearchStatus implements StatusContext {
  readonly settings: PathSettings;
  private readonly search: Search;
  private readonly anchor: TrustAnchor;
  private readonly judged: readonly Certificate[];

  /** @param judged the certificate whose status is asked and those above it, anchor last: they are judged with this path */
  constructor(judged: readonly Certificate[], anchor: TrustAnchor, settings: PathSettings, search: Search) {
    this.judged = judged;
    this.anchor = anchor;
    this.settings = settings;
    this.search = search;
  }

  get work(): Work {
    return this.search.work;
  }

  get ocspResponses(): StatusContext['ocspResponses'] {
    return this.search.evidence.ocspResponses;
  }

  crlsOf(issuer: Name): readonly Crl[] {
    return this.search.evidence.crlsOf(issuer);
  }

  crlSignersNamed(subject: Name, keyIdentifier: Uint8Array | undefined): readonly Certificate[] {
    return crlSignersNamed(subject, keyIdentifier, this.judged, this.search.index);
  }

  certificatesIn(response: OcspResponse): readonly Certificate[] {
    return this.search.evidence.certificatesIn(response, this.settings.cache);
  }

  isTrustedSigner(signer: Certificate): boolean {
    return this.judged.includes(signer) || isTrustedSigner(signer, this.anchor, this.settings, this.search);
  }

  isUnrevokedResponder(responder: Certificate, issuer: Certificate): boolean {
    return isUnrevokedResponder(responder, issuer, this, this.search);
  }
}

/** RFC 5280 §6.3.3 (f): the CRL issuer's own path, to the same anchor, with the same demands on status. */
function isTrustedSigner(signer: Certificate, anchor: TrustAnchor, settings: PathSettings, search: Search): boolean {
  const known = search.signers.get(signer)?.get(anchor);
  if (known !== undefined || search.depth === maxSignerDepth) return known ?? false;
  const byAnchor = search.signers.get(signer) ?? new Map<TrustAnchor, boolean>();
  search.signers.set(signer, byAnchor.set(anchor, false));
  const { valid } = find(signer, [anchor], signerSettings(settings), { ...search, depth: search.depth + 1 });
  byAnchor.set(anchor, valid);
  return valid;
}

/** What the target is needed for does not concern those who sign evidence. */
function signerSettings(settings: PathSettings): PathSettings {
  const { serverName: _name, extendedKeyUsage: _purpose, keyUsage: _usage, initialPolicySet: _set, initialExplicitPolicy: _explicit,
    maxIntermediates: _most, ...rest } = settings;
  return { ...rest, keyUsage: ['cRLSign'] };
}

/** RFC 6960 §4.2.2.2.1: a responder without `nocheck` needs a status of its own, which it cannot give itself. */
function isUnrevokedResponder(responder: Certificate, issuer: Certificate, context: StatusContext, search: Search): boolean {
  const byAnchor = search.signers.get(responder) ?? new Map<TrustAnchor, boolean>();
  if (byAnchor.size > 0 || search.depth === maxSignerDepth) return false;
  search.signers.set(responder, byAnchor.set({ certificate: issuer }, false));
  const { status } = statusOf(responder, issuer, context);
  search.signers.delete(responder);
  return status === 'good' || (status === 'unknown' && context.settings.revocation === 'if-available');
}

function further(known: DeadEnd | undefined, end: DeadEnd): DeadEnd {
  if (!known) return end;
  // a signature that fails tells more than an issuer that is missing
  const weight = ({ path, reason }: DeadEnd): number => path.length * 2 + (reason.code === 'issuer-not-found' ? 0 : 1);
  return weight(end) > weight(known) ? end : known;
}

function verdictOf({ built: { path, anchor }, reasons, revocation, policies }: Judged, { work }: Search): PathVerdict {
  return {
    valid: reasons.length === 0, path: [...path, anchor.certificate], anchor, reasons, revocation, policies, signatureChecks: work.signatureChecks,
  };
}

function conclude(
  best: Judged | undefined, deadEnd: DeadEnd | undefined, target: Certificate, search: Search, limit?: PathReason,
): PathVerdict {
  if (best) return verdictOf(best, search);
  const reason = deadEnd?.reason ?? limit ?? { code: 'issuer-not-found', certificate: 0, rule: 'RFC 5280 §6.1.3 (a)(4)' };
  return {
    valid: false, path: deadEnd?.path ?? [target], reasons: [reason], revocation: [], policies: [], signatureChecks: search.work.signatureChecks,
  };
}
