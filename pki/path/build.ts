import type { Certificate } from '../certificate/parse.ts';
import { compareNames, normalizedName } from '../name/compare.ts';
import type { PathReason, PathSettings, TrustAnchor } from './settings.ts';
import { isSameKey, type Work } from './work.ts';

/** As many as OpenSSL follows by default; real paths have five. */
const maxDepth = 100;

interface Candidate { certificate: Certificate; anchor: TrustAnchor | undefined }

/** A path up to its anchor, target first, the anchor not included. */
export interface BuiltPath { path: Certificate[]; anchor: TrustAnchor }

/** Where a search ended without an anchor: the longest such path and why. */
export interface DeadEnd { path: Certificate[]; reason: PathReason }

/** The certificates of one subject; what tells them apart is written down once there are two. */
interface Namesakes { candidates: Candidate[]; seen: Set<string> | undefined }

/** The certificates that may issue others, found by subject (RFC 5280 §7.1), anchors before the rest. */
export class IssuerIndex {
  private readonly bySubject = new Map<string, Namesakes>();
  /** subjects from which names lead to an anchor: nothing else is worth a signature check */
  private readonly leading: Set<string>;

  constructor(pool: readonly Certificate[], anchors: readonly TrustAnchor[]) {
    for (const anchor of anchors) this.add({ certificate: anchor.certificate, anchor });
    const issued = pool.filter((certificate) => this.add({ certificate, anchor: undefined }));
    this.leading = subjectsLeadingTo(anchors, issued);
  }

  /** What has an anchor's name and key adds nothing to it; copies are dropped. */
  private add(candidate: Candidate): boolean {
    const subject = normalizedName(candidate.certificate.subject);
    const namesakes = this.bySubject.get(subject);
    if (!namesakes) {
      this.bySubject.set(subject, { candidates: [candidate], seen: undefined });
      return true;
    }
    const seen = namesakes.seen ??= new Set(traitsOf(namesakes.candidates[0]!));
    const { der, publicKey } = candidate.certificate;
    if (seen.has(`whole ${latin1(der)}`) || seen.has(`anchor's key ${latin1(publicKey.der)}`)) return false;
    for (const trait of traitsOf(candidate)) seen.add(trait);
    namesakes.candidates.push(candidate);
    return true;
  }

  /** Possible issuers on the way to an anchor, the likeliest first. @param anywhere those that lead nowhere as well */
  issuersOf(certificate: Certificate, time: Date, anywhere = false): Candidate[] {
    const candidates = (this.bySubject.get(normalizedName(certificate.issuer))?.candidates ?? [])
      .filter(({ certificate: issuer, anchor }) => anywhere || anchor || this.leading.has(normalizedName(issuer.issuer)));
    if (candidates.length < 2) return candidates;
    const scored = candidates.map((candidate) => ({ candidate, score: likelihood(certificate, candidate, time) }));
    return scored.toSorted((a, b) => b.score - a.score).map(({ candidate }) => candidate);
  }

  /** All certificates of one subject, whether or not they lead to an anchor. */
  named(subject: Certificate['subject']): Certificate[] {
    return (this.bySubject.get(normalizedName(subject))?.candidates ?? []).map(({ certificate }) => certificate);
  }
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

function traitsOf({ certificate, anchor }: Candidate): string[] {
  const whole = `whole ${latin1(certificate.der)}`;
  return anchor ? [whole, `anchor's key ${latin1(certificate.publicKey.der)}`] : [whole];
}

function subjectsLeadingTo(anchors: readonly TrustAnchor[], issued: readonly Certificate[]): Set<string> {
  const byIssuer = Map.groupBy(issued, ({ issuer }) => normalizedName(issuer));
  const leading = new Set(anchors.map(({ certificate }) => normalizedName(certificate.subject)));
  // a set that grows while it is walked visits what is added
  for (const subject of leading) {
    for (const certificate of byIssuer.get(subject) ?? []) leading.add(normalizedName(certificate.subject));
  }
  return leading;
}

/** RFC 4158 §3.5: hints order the search and exclude nothing. */
function likelihood({ authorityKeyIdentifier: authority }: Certificate, { certificate, anchor }: Candidate, time: Date): number {
  let score = anchor ? 1 : 0;
  const { subjectKeyIdentifier } = certificate;
  if (authority?.keyIdentifier && subjectKeyIdentifier) {
    score += Buffer.compare(authority.keyIdentifier, subjectKeyIdentifier) === 0 ? 16 : -16;
  }
  if (authority?.serialNumber !== undefined) score += authority.serialNumber === certificate.serialNumber ? 8 : -8;
  if (certificate.notBefore <= time && time <= certificate.notAfter) score += 4;
  if (certificate.basicConstraints?.ca && (certificate.keyUsage?.has('keyCertSign') ?? true)) score += 2;
  return score;
}

/** What a search shares along all its ways, and whom it tells. */
export interface PathSearch {
  index: IssuerIndex;
  settings: PathSettings;
  work: Work;
  /** told of each path that reaches an anchor; true ends the search */
  onPath(built: BuiltPath): boolean;
  /** told of each way that ends before an anchor */
  onDeadEnd(end: DeadEnd): void;
}

/**
 * Finds every path from the target to an anchor whose signatures hold, likeliest first, depth first. No name and key comes
 * twice, which ends loops and loses nothing: the path without the detour is shorter. Calls back and does not yield: the
 * garbage of recursive generators outlives the quick collections.
 * @throws WorkLimit
 */
export function searchPaths(target: Certificate, search: PathSearch): void {
  extend([target], search);
}

function extend(path: Certificate[], search: PathSearch): boolean {
  const { settings, work } = search;
  const last = path.at(-1)!;
  let tried = 0;
  for (const { certificate, anchor } of search.index.issuersOf(last, settings.time)) {
    work.step();
    if (!anchor && (path.length === maxDepth || path.some((other) => isSameEntity(other, certificate)))) continue;
    tried++;
    const verdict = work.verify(last, certificate.publicKey, last.basicConstraints?.ca ?? false);
    if (!verdict.valid) {
      search.onDeadEnd({ path: [...path], reason: { code: verdict.reason, certificate: path.length - 1, rule: 'RFC 5280 §6.1.3 (a)(1)' } });
    } else if (anchor) {
      if (search.onPath({ path: [...path], anchor })) return true;
    } else {
      path.push(certificate);
      if (extend(path, search)) return true;
      path.pop();
    }
  }
  if (tried === 0) {
    search.onDeadEnd({ path: [...path], reason: { code: 'issuer-not-found', certificate: path.length - 1, rule: 'RFC 5280 §6.1.3 (a)(4)' } });
  }
  return false;
}

/** As far as the pool goes from where no anchor can be reached: the report names the issuer that is really missing. */
export function extendDeadEnd(end: DeadEnd, index: IssuerIndex, { settings, work }: { settings: PathSettings; work: Work }): DeadEnd {
  const path = [...end.path];
  while (path.length < maxDepth) {
    const last = path.at(-1)!;
    const next = index.issuersOf(last, settings.time, true).find(({ certificate, anchor }) =>
      !anchor && !path.some((other) => isSameEntity(other, certificate)) && work.verify(last, certificate.publicKey, false).valid);
    if (!next) break;
    path.push(next.certificate);
  }
  return { path, reason: { ...end.reason, certificate: path.length - 1 } };
}

function isSameEntity(a: Certificate, b: Certificate): boolean {
  return isSameKey(a.publicKey, b.publicKey) && compareNames(a.subject, b.subject);
}
