import type { SignedDocument } from './candidate.ts';
import { concludeDocument } from './conclusion.ts';
import { proofsOf, validateDocumentTimestamp } from './document-timestamp.ts';
import { readSignedDocument } from './format-checking.ts';
import { embeddedEvidence } from './long-term-validation.ts';
import { message } from './messages.ts';
import type { SignatureReport, ValidationReport, Wanted } from './report.ts';
import { validateSignatureWithTime, type Proof } from './signature-with-time.ts';
import { initializeContext, type ContextInput } from './validation-context.ts';

export interface DocumentInput extends ContextInput {
  file: Uint8Array;
  /** what a detached CMS signs */
  content?: Uint8Array | undefined;
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
  const context = initializeContext(input, embeddedEvidence(document));
  const timestamps = document.candidates.filter(({ type }) => type === 'document-timestamp')
    .map((candidate) => ({ candidate, report: validateDocumentTimestamp(candidate, context) }));
  const receipt: Proof[] = input.knownSince ? [{ time: input.knownSince, by: 'receipt' }] : [];
  const signatures = document.candidates.map((candidate): SignatureReport =>
    timestamps.find((each) => each.candidate === candidate)?.report
      ?? validateSignatureWithTime(candidate, [...proofsOf(timestamps, candidate), ...receipt], context));
  const report: ValidationReport = {
    validationTime: input.validationTime, policy: input.policy.name, format: document.format, conclusion: concludeDocument(signatures),
    messages: [...document.problems, ...(signatures.length === 0 ? [message('no-signature-found')] : [])], signatures,
  };
  return { report, wanted: context.wanted.list() };
}
