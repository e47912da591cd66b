import type { Certificate } from '../certificate/parse.ts';
import { blockOf, conclusionOf, validateBasicSignature, type BasicSignature } from './basic-signature.ts';
import { validateCertificate, type CertificateValidation } from './certificate-validation.ts';
import { judgeChanges, reportChanges } from './changes-after-signing.ts';
import { judgeClaimedTime } from './claimed-time.ts';
import { passed } from './conclusion.ts';
import type { SignatureCandidate } from './candidate.ts';
import { message } from './messages.ts';
import type { Conclusion, Coverage, Message, SignatureReport, SigningTime, TimestampEntry } from './report.ts';
import { acceptSignature } from './signature-acceptance.ts';
import { summarizeSigner } from './signer.ts';
import { validateTimestamp } from './timestamp-validation.ts';
import type { ValidationContext } from './validation-context.ts';

/** A moment at which the signature provably existed. */
export interface Proof { time: Date; by: Exclude<SigningTime['provenBy'], null> }

/**
 * Validation of signatures with time (EN 319 102-1 §5.5): the earliest proof of existence is the best signature time;
 * certificate, status and algorithms are judged for it. Without a proof they are judged for the validation time.
 * The time a signer claims decides nothing.
 * @param outer proofs from outside the signature: document timestamps over it, a receipt of our own
 */
export function validateSignatureWithTime(candidate: SignatureCandidate, outer: readonly Proof[], context: ValidationContext): SignatureReport {
  const basic = validateBasicSignature(candidate, context);
  const timestamps = basic.failure ? [] : timestampsOf(candidate, context);
  const proof = earliest([...outer, ...timestamps.filter(isProof).map(({ time }): Proof => ({ time: time!, by: 'signature-timestamp' }))]);
  const report = frameOf(candidate, basic, timestamps, proof, context);
  if (basic.failure || !basic.certificate || !candidate.signature) return { ...report, ...(basic.failure ?? passed) };

  const chain = validateCertificate(basic.certificate, { scope: 'signing', at: proof?.time ?? context.time, proven: proof !== undefined }, context);
  const acceptance = acceptSignature(candidate, pathOf(chain, basic.certificate), context.policy, proof?.time ?? context.time);
  const changes = judgeChanges(candidate.changesAfter, context.policy);
  const blocks = [chain, { ...acceptance }, ...(candidate.coverage ? [changes] : [])];
  const conclusion = firstFailure(blocks);
  return {
    ...report, ...conclusion,
    messages: ordered([...chain.messages, ...acceptance.messages, ...changes.messages, ...report.messages, ...closing(conclusion, chain, basic.certificate, context)]),
    chain: chain.chain, trustDomain: chain.anchor?.domain ?? null, revocation: chain.revocation,
    buildingBlocks: [...report.buildingBlocks, ...blocks.map(blockOf), { name: 'signature-with-time', ...conclusion }],
  };
}

const isProof = ({ indication, time }: TimestampEntry): boolean => indication === 'TOTAL-PASSED' && time !== null;

function earliest(proofs: readonly Proof[]): Proof | undefined {
  return proofs.toSorted((a, b) => a.time.getTime() - b.time.getTime())[0];
}

function timestampsOf({ timestamps }: SignatureCandidate, context: ValidationContext): TimestampEntry[] {
  return timestamps.filter(({ kind }) => kind === 'signature-timestamp').map((timestamp) => validateTimestamp(timestamp, context).entry);
}

/** The chain that was found, or the signer alone. */
function pathOf({ path }: CertificateValidation, certificate: Certificate): readonly Certificate[] {
  return path.length > 0 ? path : [certificate];
}

/** The chain's failure first, as §5.3.4 orders them; a definite failure before any doubt. */
function firstFailure(blocks: readonly Conclusion[]): Conclusion {
  const failure = blocks.find(({ indication }) => indication === 'TOTAL-FAILED') ?? blocks.find(({ indication }) => indication !== 'TOTAL-PASSED');
  return failure ? conclusionOf(failure) : passed;
}

function frameOf(candidate: SignatureCandidate, basic: BasicSignature, timestamps: TimestampEntry[], proof: Proof | undefined, context: ValidationContext): SignatureReport {
  const claimed = candidate.properties.claimedTime;
  return {
    id: candidate.id, field: candidate.field, type: candidate.type, format: levelOf(candidate, timestamps), indication: 'INDETERMINATE', subIndication: null,
    messages: ordered([...basic.messages, ...timestamps.flatMap(({ messages }) => messages), ...timeMessages(basic, claimed, proof, context), ...coverageMessages(candidate)]),
    signer: basic.certificate ? summarizeSigner(basic.certificate, candidate.reason) : null,
    signingTime: { claimed: claimed ?? null, proven: proof?.time ?? null, provenBy: proof?.by ?? null },
    coverage: coverageOf(candidate), chain: [], trustDomain: null, revocation: [], timestamps, buildingBlocks: basic.blocks,
  };
}

function timeMessages(basic: BasicSignature, claimed: Date | undefined, proof: Proof | undefined, context: ValidationContext): Message[] {
  if (basic.failure) return [];
  const known = proof ? message('time-proven', { time: proof.time.toISOString() }) : message('time-only-claimed');
  return [known, ...judgeClaimedTime({ claimed, proven: proof?.time, now: context.time, graceSeconds: context.policy.clockGraceSeconds })];
}

function coverageMessages({ coverage, changesAfter }: SignatureCandidate): Message[] {
  return coverage && !coverage.wholeDocument && changesAfter.length === 0 ? [message('not-whole-document')] : [];
}

export function coverageOf({ coverage, changesAfter }: SignatureCandidate): Coverage | null {
  return coverage && { ...coverage, changesAfter: reportChanges(changesAfter) };
}

function closing({ indication }: Conclusion, chain: CertificateValidation, certificate: Certificate, { time }: ValidationContext): Message[] {
  if (indication !== 'TOTAL-PASSED' || chain.indication !== 'TOTAL-PASSED') return [];
  const expired = certificate.notAfter < time ? [message('expired-after-signing', { notAfter: certificate.notAfter.toISOString() })] : [];
  return [message('valid-signature'), ...expired];
}

/** Errors first, then warnings, then the rest; each once. */
export function ordered(messages: readonly Message[]): Message[] {
  const rank = { error: 0, warning: 1, info: 2 };
  const once = new Map(messages.map((each) => [`${each.code} ${JSON.stringify(each.facts)}`, each]));
  return [...once.values()].toSorted((a, b) => rank[a.level] - rank[b.level]);
}

/** The level as far as this process sees it: B-B, or B-T with a signature timestamp (EN 319 142-1 §6, EN 319 122-1 §6). */
function levelOf({ family }: SignatureCandidate, timestamps: readonly TimestampEntry[]): string {
  const stamped = timestamps.length > 0;
  if (family === 'CMS' || family === 'XMLDSig' || family === 'JWS') return family;
  return family === 'PKCS7' ? `PKCS7-${stamped ? 'T' : 'B'}` : `${family}-${stamped ? 'B-T' : 'B-B'}`;
}
