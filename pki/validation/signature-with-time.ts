import { plain, type BasicSignature } from './basic-signature.ts';
import { blockOf, conclusionOf } from './building-block.ts';
import type { SignatureCandidate } from './candidate.ts';
import { judgeChanges } from './changes-after-signing.ts';
import { passed } from './conclusion.ts';
import type { JudgedTimestamp } from './long-term-validation.ts';
import { message } from './messages.ts';
import { validateOverTime, type TimedValidation } from './past-signature.ts';
import type { BuildingBlock, Conclusion, Message, SignatureReport } from './report.ts';
import { acceptSignature } from './signature-acceptance.ts';
import { frameOf, ordered } from './signature-report.ts';
import type { ValidationContext } from './validation-context.ts';

export interface TimedInput {
  candidate: SignatureCandidate;
  basic: BasicSignature;
  /** the tokens on this signature */
  timestamps: readonly JudgedTimestamp[];
  /** its tokens contradict each other */
  contradicted: boolean;
}

/**
 * Validation of signatures with time and with long-term material (EN 319 102-1 §5.5, §5.6.3): the earliest proof of existence
 * is the best signature time; the certificate is judged now, and where that gives no verdict at that time. Without a proof all
 * is judged for the validation time. The time a signer claims decides nothing.
 */
export function validateSignatureWithTime(input: TimedInput, context: ValidationContext): SignatureReport {
  const { candidate, basic, timestamps } = input;
  const proof = context.proofs.ofSignature(candidate.id);
  const report = frameOf({ candidate, basic, timestamps, proof }, context);
  const { certificate } = basic;
  if (basic.failure || !certificate) return { ...report, ...(basic.failure ?? passed) };

  const notBefore = contentTimeOf(timestamps);
  const bound = candidate.properties.signingCertificate !== 'absent';
  const timed = validateOverTime({ certificate, scope: 'signing', signedAt: proof?.time, existence: proof?.time, bound }, context);
  const chain = withContentTime(timed, notBefore);
  const times = { existed: proof && proof.time < context.time ? proof.time : context.time, notBefore, claimed: candidate.properties.claimedTime, proven: proof?.time };
  const acceptance = acceptSignature(candidate, certificate, context.policy, times);
  const order: Conclusion = input.contradicted ? { indication: 'INDETERMINATE', subIndication: 'TIMESTAMP_ORDER_FAILURE' } : passed;
  const changes = judgeChanges(candidate.changesAfter, context.policy);
  const conclusion = firstFailure([chain.conclusion, acceptance, order, ...(candidate.coverage ? [changes] : [])]);
  const { decisive } = chain;
  return {
    ...report, ...conclusion,
    messages: ordered([...chain.messages, ...acceptance.messages, ...(input.contradicted ? [message('timestamp-order-wrong')] : []), ...changes.messages, ...report.messages, ...closing(conclusion, timed, context)]),
    chain: decisive.chain, trustDomain: decisive.anchor?.domain ?? null, revocation: decisive.revocation,
    missing: conclusion.indication === 'INDETERMINATE' ? chain.missing : [],
    buildingBlocks: [
      ...report.buildingBlocks, ...chain.blocks, plain(acceptance), blockOf('basic-signature', firstFailure([chain.current, acceptance]), [], context.time),
      ...(candidate.coverage ? [plain(changes)] : []), ...processes(conclusion, { timed, order }, context),
    ],
  };
}

/** The process that gave the verdict: long-term validation where a proof had to be carried back, validation with time otherwise. */
function processes(conclusion: Conclusion, { timed, order }: { timed: TimedValidation; order: Conclusion }, { time }: ValidationContext): BuildingBlock[] {
  const withTime = blockOf('signature-with-time', firstFailure([order, conclusion]), [], timed.decisive.at ?? time);
  const slid = timed.blocks.some(({ name }) => name === 'validation-time-sliding');
  return slid ? [withTime, blockOf('long-term-validation', conclusion, [], timed.decisive.at ?? time)] : [withTime];
}

/** The latest content timestamp: the signature is younger than it. */
function contentTimeOf(timestamps: readonly JudgedTimestamp[]): Date | undefined {
  const times = timestamps.flatMap(({ validation: { entry } }) => (entry.kind === 'content-timestamp' && entry.indication === 'TOTAL-PASSED' && entry.time ? [entry.time] : []));
  return times.toSorted((a, b) => b.getTime() - a.getTime())[0];
}

/** §5.3.4: what was certainly signed after the revocation or the end of its certificate has failed for good. */
function withContentTime(timed: TimedValidation, notBefore: Date | undefined): TimedValidation {
  const { conclusion: { subIndication }, current } = timed;
  if (!notBefore) return timed;
  const revoked = current.findings.find(({ certificate }) => certificate === 0)?.revokedAt;
  if (subIndication === 'REVOKED_NO_POE' && revoked && notBefore > revoked) return { ...timed, conclusion: { indication: 'TOTAL-FAILED', subIndication: 'REVOKED' } };
  const end = current.path[0]?.notAfter;
  const outOfBounds = subIndication === 'OUT_OF_BOUNDS_NO_POE' || subIndication === 'OUT_OF_BOUNDS_NOT_REVOKED';
  if (outOfBounds && end && notBefore > end) return { ...timed, conclusion: { indication: 'TOTAL-FAILED', subIndication: 'EXPIRED' } };
  return timed;
}

/** The chain's failure first, as §5.3.4 orders them; a definite failure before any doubt. */
function firstFailure(blocks: readonly Conclusion[]): Conclusion {
  const failure = blocks.find(({ indication }) => indication === 'TOTAL-FAILED') ?? blocks.find(({ indication }) => indication !== 'TOTAL-PASSED');
  return failure ? conclusionOf(failure) : passed;
}

function closing({ indication }: Conclusion, { conclusion, current }: TimedValidation, { time }: ValidationContext): Message[] {
  if (indication !== 'TOTAL-PASSED' || conclusion.indication !== 'TOTAL-PASSED') return [];
  const notAfter = current.path[0]?.notAfter;
  const expired = notAfter && notAfter < time ? [message('expired-after-signing', { notAfter: notAfter.toISOString() })] : [];
  return [message('valid-signature'), ...expired];
}
