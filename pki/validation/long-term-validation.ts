import type { CandidateTimestamp, SignatureCandidate, SignedDocument } from './candidate.ts';
import type { EvidenceBytes } from './evidence.ts';
import { readTimestamp, validateTimestamp, type ReadTimestamp, type TimestampValidation } from './timestamp-validation.ts';
import type { ValidationContext } from './validation-context.ts';

/** What a document carries for its own long life (EN 319 102-1 §5.6): the evidence of its signatures and tokens. */
export function embeddedEvidence({ candidates, evidence }: SignedDocument): EvidenceBytes[] {
  return [evidence, ...candidates.map((candidate) => candidate.evidence)];
}

/** A token with its verdict and the signature or document timestamp it stands on. */
export interface JudgedTimestamp { owner: SignatureCandidate; timestamp: CandidateTimestamp; validation: TimestampValidation }

/**
 * Validates all tokens of a document, the latest first (EN 319 102-1 §5.6.3): each good one proves the existence of what it
 * covers, and so may carry an earlier token over the end of its unit or of its digest.
 * @param candidates those whose own signature is intact; what hangs on a broken one proves nothing
 */
export function validateTimestamps(candidates: readonly SignatureCandidate[], context: ValidationContext): JudgedTimestamp[] {
  const found = candidates.flatMap((owner) => [...(owner.timestamp ? [owner.timestamp] : []), ...owner.timestamps]
    .map((timestamp, place) => ({ owner, place, read: readTimestamp(timestamp, context) })));
  // one second may hold several: what stands later in the document, or on the signature, covers what stands before
  const latestFirst = found.toReversed().toSorted((a, b) => timeOf(b.read) - timeOf(a.read));
  return latestFirst.map(({ owner, read }) => {
    const validation = validateTimestamp(read, context);
    const { entry: { indication, time, kind } } = validation;
    if (indication === 'TOTAL-PASSED' && time && kind !== 'content-timestamp') context.proofs.add(read.timestamp.covers(), { time, by: kind });
    return { owner, timestamp: read.timestamp, validation };
  });
}

const timeOf = ({ token }: ReadTimestamp): number => token?.tstInfo.genTime.getTime() ?? -Infinity;

const isGood = ({ validation: { entry } }: JudgedTimestamp): boolean => entry.indication === 'TOTAL-PASSED' && entry.time !== null;

/** Signatures whose tokens contradict each other (§5.5.4): one that covers another, or the signature over a content timestamp, is said to be older. */
export function findContradictions(timestamps: readonly JudgedTimestamp[], { proofs, policy }: ValidationContext): Set<string> {
  const graceMs = policy.clockGraceSeconds * 1000;
  const contradicted = new Set<string>();
  const good = timestamps.filter(isGood);
  const isAfter = (a: JudgedTimestamp, time: Date): boolean => a.validation.entry.time!.getTime() > time.getTime() + graceMs;
  for (const outer of good.length > 1 ? good : []) {
    const { signatures, tokens } = outer.timestamp.covers();
    const inner = good.filter((each) => each !== outer && tokens.some((der) => Buffer.compare(der, each.timestamp.token) === 0));
    const wrong = inner.filter((each) => isAfter(each, outer.validation.entry.time!));
    for (const id of wrong.length > 0 ? [...signatures, ...wrong.map(({ owner }) => owner.id)] : []) contradicted.add(id);
  }
  for (const each of good.filter(({ timestamp }) => timestamp.kind === 'content-timestamp')) {
    const proof = proofs.ofSignature(each.owner.id);
    if (proof && isAfter(each, proof.time)) contradicted.add(each.owner.id);
  }
  return contradicted;
}
