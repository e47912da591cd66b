import type { Certificate } from '../certificate/parse.ts';
import { verifyCryptography } from './cryptographic-verification.ts';
import type { SignatureCandidate } from './candidate.ts';
import { checkFormat } from './format-checking.ts';
import { identifySigningCertificate } from './identification-of-signing-certificate.ts';
import type { BuildingBlock, Conclusion, Message } from './report.ts';
import type { ValidationContext } from './validation-context.ts';

/** What can be said of a signature before its time is known. */
export interface BasicSignature {
  /** the first thing that went wrong, in the standard's order; undefined if nothing did */
  failure: Conclusion | undefined;
  certificate: Certificate | undefined;
  blocks: BuildingBlock[];
  messages: Message[];
}

/**
 * The part of the validation of basic signatures (EN 319 102-1 §5.3) that needs no time: format, signing certificate,
 * cryptography. A broken signature is found broken even where its signer's chain is not trusted.
 */
export function validateBasicSignature(candidate: SignatureCandidate, context: ValidationContext): BasicSignature {
  const blocks: BuildingBlock[] = [];
  const { problems, remarks, signature } = candidate;
  const format = checkFormat(candidate);
  blocks.push({ name: 'format-checking', ...format });
  if (format.indication !== 'TOTAL-PASSED' || !signature) return { failure: format, certificate: undefined, blocks, messages: [...problems, ...remarks] };

  const identified = identifySigningCertificate(signature.signer, context);
  blocks.push(blockOf(identified));
  if (!identified.certificate) return { failure: conclusionOf(identified), certificate: undefined, blocks, messages: [...identified.messages, ...remarks] };

  const cryptography = verifyCryptography(signature, identified.certificate);
  blocks.push(blockOf(cryptography));
  const failure = cryptography.indication === 'TOTAL-PASSED' ? undefined : conclusionOf(cryptography);
  return { failure, certificate: identified.certificate, blocks, messages: [...cryptography.messages, ...remarks] };
}

export const conclusionOf = ({ indication, subIndication }: Conclusion): Conclusion => ({ indication, subIndication });
export const blockOf = ({ name, indication, subIndication }: BuildingBlock): BuildingBlock => ({ name, indication, subIndication });
