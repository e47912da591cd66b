import type { Certificate } from '../certificate/parse.ts';
import type { SignerVerdict } from '../cms/verify.ts';
import { verifyCryptography } from './cryptographic-verification.ts';
import type { Candidate } from './format-checking.ts';
import { identifySigningCertificate } from './identification-of-signing-certificate.ts';
import type { BuildingBlock, Conclusion, Message } from './report.ts';
import type { ValidationContext } from './validation-context.ts';

/** What can be said of a signature before its time is known. */
export interface BasicSignature {
  /** the first thing that went wrong, in the standard's order; undefined if nothing did */
  failure: Conclusion | undefined;
  certificate: Certificate | undefined;
  verdict: SignerVerdict | undefined;
  blocks: BuildingBlock[];
  messages: Message[];
}

/**
 * The part of the validation of basic signatures (EN 319 102-1 §5.3) that needs no time: format, signing certificate,
 * cryptography. A broken signature is found broken even where its signer's chain is not trusted.
 */
export function validateBasicSignature(candidate: Candidate, context: ValidationContext): BasicSignature {
  const blocks: BuildingBlock[] = [];
  const { problems, signerInfo } = candidate;
  const format = formatOf(problems);
  blocks.push({ name: 'format-checking', ...(format ?? { indication: 'TOTAL-PASSED', subIndication: null }) });
  if (format || !signerInfo) return { failure: format ?? formatFailure, certificate: undefined, verdict: undefined, blocks, messages: problems };

  const identified = identifySigningCertificate(signerInfo, context);
  blocks.push(blockOf(identified));
  if (!identified.certificate) return { failure: conclusionOf(identified), certificate: undefined, verdict: undefined, blocks, messages: identified.messages };

  const cryptography = verifyCryptography(candidate, identified.certificate);
  blocks.push(blockOf(cryptography));
  const failure = cryptography.indication === 'TOTAL-PASSED' ? undefined : conclusionOf(cryptography);
  return { failure, certificate: identified.certificate, verdict: cryptography.verdict, blocks, messages: cryptography.messages };
}

const formatFailure: Conclusion = { indication: 'TOTAL-FAILED', subIndication: 'FORMAT_FAILURE' };

/** A format nobody here reads is no failure of the signature: it is only not judged. */
function formatOf(problems: readonly Message[]): Conclusion | undefined {
  if (problems.length === 0) return undefined;
  if (problems.every(({ code }) => code === 'unsupported-signature-format')) return { indication: 'INDETERMINATE', subIndication: 'SIGNED_DATA_NOT_FOUND' };
  return formatFailure;
}

export const conclusionOf = ({ indication, subIndication }: Conclusion): Conclusion => ({ indication, subIndication });
export const blockOf = ({ name, indication, subIndication }: BuildingBlock): BuildingBlock => ({ name, indication, subIndication });
