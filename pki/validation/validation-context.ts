import type { Certificate } from '../certificate/parse.ts';
import { PathCache } from '../path/work.ts';
import type { SignedDocument } from './candidate.ts';
import { EvidencePool, type EvidenceBytes } from './evidence.ts';
import type { ValidationPolicy } from './policy.ts';
import { ProofsOfExistence } from './proofs-of-existence.ts';
import type { Wanted } from './report.ts';

export type TrustScope = 'signing' | 'timestamping' | 'any';

/** A pinned certificate: trusted as it is, for a purpose and a time. Its name is for the reader only. */
export interface ValidationAnchor {
  certificate: Certificate;
  /** trust domain shown to the reader: VGCA, NEAC, or our own */
  domain: string;
  scope: TrustScope;
  trustedFrom: Date;
  trustedUntil: Date | undefined;
}

/** Everything a verdict depends on besides the document (EN 319 102-1 §5.2.4). Built once per document. */
export interface ValidationContext {
  /** the time the question is asked for; "now" of every check */
  time: Date;
  /** when the evidence was looked at: what was issued until then counts, also for an earlier `time` */
  evidenceTime: Date;
  policy: ValidationPolicy;
  anchors: readonly ValidationAnchor[];
  evidence: EvidencePool;
  /** what the document keeps for all its signatures */
  documentEvidence: EvidenceBytes;
  /** signatures under a document timestamp, good or not */
  archived: ReadonlySet<string>;
  /** existence of the whole file proven by a receipt of our own */
  knownSince: Date | undefined;
  wanted: WantedList;
  /** what is known to have existed when; grows from token to token, the latest first */
  proofs: ProofsOfExistence;
  /** good signatures of CA certificates and lists, kept between documents */
  cache: PathCache;
}

export interface ContextInput {
  validationTime: Date;
  /** the moment of the last evidence; `validationTime` where none was gathered after it */
  evidenceTime?: Date;
  policy: ValidationPolicy;
  anchors: readonly ValidationAnchor[];
  evidence: EvidenceBytes;
  knownSince?: Date | undefined;
  /** the body that the result says it comes from */
  issuingBody?: string | undefined;
  cache?: PathCache;
}

/** Validation context initialization (EN 319 102-1 §5.2.4): time, policy, anchors, evidence at hand. */
export function initializeContext({ validationTime, evidenceTime = validationTime, policy, anchors, evidence, knownSince, cache = new PathCache() }: ContextInput, document: SignedDocument, embedded: readonly EvidenceBytes[]): ValidationContext {
  const pool = new EvidencePool(cache);
  pool.add(evidence);
  for (const part of embedded) pool.add(part);
  const archived = new Set(document.candidates.flatMap(({ timestamp }) => timestamp?.covers().signatures ?? []));
  return { time: validationTime, evidenceTime, policy, anchors, evidence: pool, documentEvidence: document.evidence, archived, knownSince, wanted: new WantedList(), proofs: new ProofsOfExistence(validationTime), cache };
}

/** The anchors that count for a purpose now. An anchor trusted only once counts for what is proven from that time. */
export function anchorsFor(context: ValidationContext, scope: 'signing' | 'timestamping', at: Date): ValidationAnchor[] {
  return context.anchors.filter((anchor) =>
    (anchor.scope === 'any' || anchor.scope === scope) && anchor.trustedFrom <= at && (!anchor.trustedUntil || at <= anchor.trustedUntil));
}

/** What is missing, each thing once. */
export class WantedList {
  private readonly byKey = new Map<string, Wanted>();

  add(wanted: Wanted): void {
    if (this.byKey.size < 64) this.byKey.set(keyOf(wanted), wanted);
  }

  list(): Wanted[] {
    return [...this.byKey.values()];
  }
}

const hex = (bytes: Uint8Array | null): string => (bytes ? Buffer.from(bytes).toString('hex') : '');

/** A name for one wanted thing, so that it is fetched once. */
export function keyOf(wanted: Wanted): string {
  switch (wanted.kind) {
    case 'issuer': return `issuer ${hex(wanted.issuer)} ${hex(wanted.authorityKeyIdentifier)}`;
    case 'signing-certificate': return `signing-certificate ${hex(wanted.issuer)} ${wanted.serialNumber ?? ''} ${hex(wanted.subjectKeyIdentifier)}`;
    case 'status': return `status ${hex(wanted.certificate)}`;
  }
}
