import type { Certificate } from '../certificate/parse.ts';
import { blockOf, checked, conclusionOf } from './building-block.ts';
import type { SignatureCandidate } from './candidate.ts';
import { passed } from './conclusion.ts';
import { verifyCryptography } from './cryptographic-verification.ts';
import { checkFormat } from './format-checking.ts';
import { identifySigningCertificate } from './identification-of-signing-certificate.ts';
import { message } from './messages.ts';
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
 * context, cryptography. A broken signature is found broken even where its signer's chain is not trusted.
 */
export function validateBasicSignature(candidate: SignatureCandidate, context: ValidationContext): BasicSignature {
  const { problems, remarks, signature } = candidate;
  const format = checkFormat(candidate);
  const blocks = [blockOf('format-checking', format, [checked('format', format.indication === 'TOTAL-PASSED', problems[0]?.code ?? null)])];
  if (format.indication !== 'TOTAL-PASSED' || !signature) return { failure: format, certificate: undefined, blocks, messages: [...problems, ...remarks] };

  const identified = identifySigningCertificate(signature.signer, context);
  const initialized = initializeConstraints(candidate, context);
  blocks.push(plain(identified), initialized);
  const { certificate } = identified;
  if (!certificate) return { failure: conclusionOf(identified), certificate, blocks, messages: [...identified.messages, ...remarks] };

  const cryptography = verifyCryptography(signature, certificate);
  blocks.push(plain(cryptography));
  const failed = [cryptography, initialized].find(({ indication }) => indication !== 'TOTAL-PASSED');
  const unknownPolicy = initialized.indication === 'TOTAL-PASSED' ? [] : [message('signature-policy-unknown', { policy: candidate.properties.signaturePolicy ?? '' })];
  return { failure: failed && conclusionOf(failed), certificate, blocks, messages: [...cryptography.messages, ...unknownPolicy, ...remarks] };
}

/** A block as the report shows it, without what is only for the next block. */
export const plain = ({ name, checks, at, ...conclusion }: BuildingBlock): BuildingBlock => blockOf(name, conclusion, checks, at);

/** Validation context initialization (§5.2.4) for one signature: a policy the signer names must be one we know, unless ours stands in for it. */
function initializeConstraints({ properties: { signaturePolicy } }: SignatureCandidate, { policy }: ValidationContext): BuildingBlock {
  const known = signaturePolicy === undefined || policy.signaturePolicies === 'any' || policy.signaturePolicies.includes(signaturePolicy);
  return blockOf('validation-context-initialization', known ? passed : { indication: 'INDETERMINATE', subIndication: 'SIGNATURE_POLICY_NOT_AVAILABLE' },
    [checked('validation-policy', true, policy.name), checked('signature-policy', known, signaturePolicy ?? null)]);
}
