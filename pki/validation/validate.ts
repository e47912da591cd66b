import { validateBasicSignature, type BasicSignature } from './basic-signature.ts';
import type { SignatureCandidate, SignedDocument } from './candidate.ts';
import { concludeDocument } from './conclusion.ts';
import { natureOf, outcomeOf } from './document-nature.ts';
import { reportDocumentTimestamp } from './document-timestamp.ts';
import { joinEvidence } from './evidence.ts';
import { checkFormat, readSignedDocument } from './format-checking.ts';
import type { GivenContent } from './given-content.ts';
import { compareIssuingBody } from './issuing-body.ts';
import { embeddedEvidence, findContradictions, validateTimestamps } from './long-term-validation.ts';
import { message } from './messages.ts';
import type { SignatureReport, ValidationReport, Wanted } from './report.ts';
import { validateSignatureWithTime } from './signature-with-time.ts';
import { initializeContext, type ContextInput, type ValidationContext } from './validation-context.ts';

export interface DocumentInput extends ContextInput {
  file: Uint8Array;
  /** what a detached signature signs */
  content?: GivenContent | undefined;
}

export interface Validation {
  report: ValidationReport;
  /** evidence that could change the report; empty when nothing more can be said */
  wanted: Wanted[];
}

/**
 * Validates a signed document: a function of its input alone, so the same question has the same answer for ever.
 * @throws PkiError `document-unreadable` for what is no signed document of a known kind
 */
export function validateDocument({ file, content, ...context }: DocumentInput): Validation {
  return validateSignedDocument(readSignedDocument(file, content), context);
}

/** The same for a document that was read before, with more evidence this time. */
export function validateSignedDocument(document: SignedDocument, input: ContextInput): Validation {
  const context = initializeContext(input, document, embeddedEvidence(document));
  const signatures = validateCandidates(document.candidates, context);
  const conclusion = concludeDocument(signatures, document.problems);
  const report: ValidationReport = {
    validationTime: input.validationTime, policy: input.policy.name, format: document.format, conclusion,
    outcome: outcomeOf[conclusion.indication], nature: natureOf(signatures),
    messages: [...document.problems, ...(signatures.length === 0 ? [message('no-signature-found')] : []), ...compareIssuingBody(input.issuingBody, signatures)], signatures,
    files: document.files ?? [],
  };
  return { report, wanted: context.wanted.list() };
}

function validateCandidates(candidates: readonly SignatureCandidate[], context: ValidationContext): SignatureReport[] {
  const basics = new Map<SignatureCandidate, BasicSignature>();
  for (const candidate of candidates) if (candidate.type === 'signature') basics.set(candidate, validateBasicSignature(candidate, context));
  addReceipt(candidates, context);
  const intact = candidates.filter((candidate) => (candidate.type === 'signature' ? !basics.get(candidate)!.failure : checkFormat(candidate).indication === 'TOTAL-PASSED'));
  const timestamps = validateTimestamps(intact, context);
  const contradicted = findContradictions(timestamps, context);
  return candidates.map((candidate) => {
    const own = timestamps.filter(({ owner }) => owner === candidate).toReversed();
    const basic = basics.get(candidate);
    return basic
      ? validateSignatureWithTime({ candidate, basic, timestamps: own, contradicted: contradicted.has(candidate.id) }, context)
      : reportDocumentTimestamp(candidate, own[0], context);
  });
}

/** A receipt of our own proves that the whole file existed, with all that is in it. */
function addReceipt(candidates: readonly SignatureCandidate[], { knownSince, documentEvidence, proofs }: ValidationContext): void {
  if (!knownSince) return;
  proofs.add({
    signatures: candidates.map(({ id }) => id), evidence: joinEvidence([documentEvidence, ...candidates.map(({ evidence }) => evidence)]),
    tokens: candidates.flatMap(({ timestamp, timestamps }) => [...(timestamp ? [timestamp.token] : []), ...timestamps.map(({ token }) => token)]),
  }, { time: knownSince, by: 'receipt' });
}
