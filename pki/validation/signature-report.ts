import type { BasicSignature } from './basic-signature.ts';
import type { SignatureCandidate } from './candidate.ts';
import { reportChanges } from './changes-after-signing.ts';
import { judgeClaimedTime } from './claimed-time.ts';
import type { JudgedTimestamp } from './long-term-validation.ts';
import { message } from './messages.ts';
import type { Proof } from './proofs-of-existence.ts';
import type { Coverage, Message, MissingEvidence, SignatureReport } from './report.ts';
import { summarizeSigner } from './signer.ts';
import type { ValidationContext } from './validation-context.ts';

export interface Frame { candidate: SignatureCandidate; basic: BasicSignature; timestamps: readonly JudgedTimestamp[]; proof: Proof | undefined }

/** The report of a signature before its certificate is judged. */
export function frameOf({ candidate, basic, timestamps, proof }: Frame, context: ValidationContext): SignatureReport {
  const { properties: { claimedTime, signaturePolicy, commitmentTypes, contentType } } = candidate;
  const entries = timestamps.map(({ validation }) => validation.entry);
  return {
    id: candidate.id, field: candidate.field, type: candidate.type, format: levelOf(candidate, entries.map(({ kind }) => kind), context), indication: 'INDETERMINATE', subIndication: null,
    messages: ordered([...basic.messages, ...entries.flatMap(({ messages }) => messages), ...timeMessages(basic, claimedTime, proof, context), ...coverageMessages(candidate)]),
    signer: basic.certificate ? summarizeSigner(basic.certificate, candidate.reason) : null,
    signingTime: { claimed: claimedTime ?? null, proven: proof?.time ?? null, provenBy: proof?.by ?? null },
    coverage: coverageOf(candidate), chain: [], trustDomain: null, revocation: [], timestamps: entries, buildingBlocks: basic.blocks,
    counterSigns: candidate.counterSigns ?? null, stated: { signaturePolicy: signaturePolicy ?? null, commitmentTypes: [...commitmentTypes], contentType: contentType ?? null },
    missing: missingBefore(basic),
  };
}

function missingBefore({ failure, certificate }: BasicSignature): MissingEvidence[] {
  if (failure?.subIndication === 'SIGNED_DATA_NOT_FOUND') return [{ kind: 'signed-content', subject: null, tryAgainAt: null }];
  return failure?.subIndication === 'NO_SIGNING_CERTIFICATE_FOUND' && !certificate ? [{ kind: 'signing-certificate', subject: null, tryAgainAt: null }] : [];
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

/** Errors first, then warnings, then the rest; each once. */
export function ordered(messages: readonly Message[]): Message[] {
  const rank = { error: 0, warning: 1, info: 2 };
  const once = new Map(messages.map((each) => [`${each.code} ${JSON.stringify(each.facts)}`, each]));
  return [...once.values()].toSorted((a, b) => rank[a.level] - rank[b.level]);
}

const withoutLevels: ReadonlySet<SignatureCandidate['family']> = new Set(['CMS', 'XMLDSig', 'JWS', 'RFC3161']);

/** The level by what is there, good or not: T a token, LT status data beside it that can be read, LTA an archive or document timestamp over both (EN 319 142-1 §6, EN 319 122-1 §6). */
function levelOf({ family, id, evidence }: SignatureCandidate, kinds: readonly string[], { archived, documentEvidence, evidence: pool }: ValidationContext): string {
  if (withoutLevels.has(family)) return family;
  const covered = archived.has(id) || kinds.includes('archive-timestamp');
  const stamped = covered || kinds.some((kind) => kind !== 'content-timestamp');
  const withStatus = [evidence, documentEvidence].some(({ crls, ocspResponses }) => [...crls, ...ocspResponses].some((der) => pool.couldRead(der)));
  const level = !stamped ? 'B' : !withStatus ? 'T' : covered ? 'LTA' : 'LT';
  if (family === 'PKCS7') return `PKCS7-${level}`;
  return `${family}-B-${level}`;
}
