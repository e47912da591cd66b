import type { EvidenceBytes } from './evidence.ts';
import type { SignedDocument } from './candidate.ts';

/**
 * What a document carries for its own long life (EN 319 102-1 §5.6): the evidence of its signatures and tokens. Proofs of
 * existence of that evidence, and past certificate and signature validation, find their place beside this.
 */
export function embeddedEvidence({ candidates, evidence }: SignedDocument): EvidenceBytes[] {
  return [evidence, ...candidates.map((candidate) => candidate.evidence)];
}
