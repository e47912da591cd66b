import type { Certificate } from '../certificate/parse.ts';
import { printName } from '../name/print.ts';
import { blockOf, checked, conclusionOf } from './building-block.ts';
import { missingStatus, validateCertificate, type CertificateQuestion, type CertificateValidation } from './certificate-validation.ts';
import { passed } from './conclusion.ts';
import { message } from './messages.ts';
import type { BuildingBlock, Conclusion, Message, MissingEvidence, SubIndication } from './report.ts';
import { isAfterGrace } from './revocation-freshness.ts';
import { slideValidationTime } from './validation-time-sliding.ts';
import type { ValidationContext } from './validation-context.ts';

/** A signature whose certificate is to be judged: a document's, or a timestamp token's. */
export interface SignatureInTime {
  certificate: Certificate;
  scope: CertificateQuestion['scope'];
  extendedKeyUsage?: string;
  /** when it was made: genTime of a token, the proven time of a signature; undefined: nobody can tell */
  signedAt: Date | undefined;
  /** a proof of its existence before the validation time */
  existence: Date | undefined;
  /** it names its certificate */
  bound: boolean;
}

/** What became of a certificate over time: `decisive` is the judgement that counts and is shown. */
export interface TimedValidation {
  conclusion: Conclusion;
  messages: Message[];
  current: CertificateValidation;
  decisive: CertificateValidation;
  blocks: BuildingBlock[];
  missing: MissingEvidence[];
}

/** What a proof of an earlier existence can mend (§5.5.4, §5.6.3.4). */
const mendable: ReadonlySet<SubIndication | null> = new Set<SubIndication>([
  'REVOKED_NO_POE', 'REVOKED_CA_NO_POE', 'OUT_OF_BOUNDS_NO_POE', 'OUT_OF_BOUNDS_NOT_REVOKED', 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE', 'TRY_LATER',
]);

/**
 * A signature's certificate now and, where that gives no verdict, at the time of which there is a proof: the comparison of
 * times of EN 319 102-1 §5.5.4, then past signature validation (§5.6.2.4). Where the past does not help, the present verdict stands.
 */
export function validateOverTime(signature: SignatureInTime, context: ValidationContext): TimedValidation {
  const { certificate, scope, extendedKeyUsage, signedAt, existence } = signature;
  const question = { scope, ...(extendedKeyUsage ? { extendedKeyUsage } : {}) };
  const current = validateCertificate(certificate, { ...question, at: context.time, proven: false }, context);
  if (current.indication === 'TOTAL-PASSED' && isWithin(signedAt, current)) return withGrace(existence, current, context);
  const proven = existence && existence < context.time ? existence : undefined;
  const at = proven ?? signedAt;
  if (!at || (current.indication !== 'TOTAL-PASSED' && !(proven && isMendable(current, scope, context)))) return single(current);

  const past = validateCertificate(certificate, { ...question, at, proven: proven !== undefined }, context);
  if (current.indication === 'TOTAL-PASSED' || past.subIndication === 'NOT_YET_VALID') return { ...single(past), current };
  return concludePast(signature, { current, past, at }, context);
}

/** Signed before its certificate or the trust in its anchor began: not covered by a certificate that is good today. */
function isWithin(signedAt: Date | undefined, { path, anchor }: CertificateValidation): boolean {
  if (!signedAt) return true;
  return path[0]!.notBefore.getTime() <= signedAt.getTime() && (!anchor || anchor.trustedFrom <= signedAt);
}

function isMendable({ subIndication }: CertificateValidation, scope: CertificateQuestion['scope'], { anchors, time }: ValidationContext): boolean {
  if (subIndication !== 'NO_CERTIFICATE_CHAIN_FOUND') return mendable.has(subIndication);
  return anchors.some((anchor) => (anchor.scope === 'any' || anchor.scope === scope) && anchor.trustedUntil !== undefined && anchor.trustedUntil < time);
}

const single = (validation: CertificateValidation): TimedValidation => ({
  conclusion: conclusionOf(validation), messages: validation.messages, current: validation, decisive: validation, blocks: [reported(validation)], missing: validation.missing,
});

const reported = (validation: BuildingBlock, name = validation.name): BuildingBlock => blockOf(name, validation, validation.checks, validation.at);

/** §5.2.5 against the best signature time: the status must be young enough to show a revocation that was under way. */
function withGrace(existence: Date | undefined, current: CertificateValidation, context: ValidationContext): TimedValidation {
  const finding = current.findings.find(({ certificate }) => certificate === 0);
  if (!existence || !finding || isAfterGrace(finding, existence, context.policy)) return single(current);
  const conclusion: Conclusion = { indication: 'INDETERMINATE', subIndication: 'TRY_LATER' };
  const tryAgainAt = finding.nextUpdate?.toISOString() ?? '';
  return {
    ...single(current), conclusion, messages: [message('status-before-signing', { tryAgainAt }), ...current.messages],
    blocks: [reported(current), blockOf('revocation-freshness', conclusion, [checked('status-after-signing', false, tryAgainAt)], existence)],
    missing: [missingStatus(current, finding)],
  };
}

interface Moments { current: CertificateValidation; past: CertificateValidation; at: Date }

function concludePast({ bound }: SignatureInTime, { current, past, at }: Moments, context: ValidationContext): TimedValidation {
  const blocks = [reported(current), reported(past, 'past-certificate-validation')];
  if (past.indication !== 'TOTAL-PASSED') {
    // a revocation that reaches back tells more than an expiry since
    const worse = past.subIndication === 'REVOKED_NO_POE' || past.subIndication === 'REVOKED_CA_NO_POE' ? past : current;
    return { conclusion: conclusionOf(worse), messages: past.messages, current, decisive: past, blocks, missing: [...past.missing, ...current.missing] };
  }
  if (!needsSliding(current)) return { ...single(past), current, blocks };
  const { controlTime, block, lacking } = slideValidationTime({ path: past.path, anchor: past.anchor!, at, bound }, context);
  const holds = controlTime !== undefined && at <= controlTime;
  const conclusion = holds ? passed : conclusionOf(current);
  blocks.push(block, blockOf('past-signature-validation', conclusion, [checked('signature-before-control-time', holds, controlTime?.toISOString() ?? null)], at));
  if (holds) return { ...single(past), current, blocks };
  const subject = printName((lacking ?? past.path[0]!).subject);
  return {
    conclusion, current, decisive: past, blocks,
    messages: [...current.messages, message('proof-of-existence-missing', { subject })],
    missing: [{ kind: 'proof-of-existence', subject, tryAgainAt: null }, ...current.missing],
  };
}

/**
 * Whether the chain itself is in doubt now. It is not where only the signer was revoked later (§5.5.4 a), where status is merely
 * not at hand for now but was for then (§5.2.5 with the best signature time), where the certificate ran out in good standing, or
 * where we ended the trust in its anchor from a later day: who loses a key is withdrawn from the day it was lost.
 */
function needsSliding({ reasons, subIndication }: CertificateValidation): boolean {
  return reasons.some(({ code, certificate = 0 }) => {
    if (code === 'status-unknown' || code === 'issuer-not-found' || (code === 'revoked' && certificate === 0)) return false;
    return !(subIndication === 'OUT_OF_BOUNDS_NOT_REVOKED' && certificate === 0 && code === 'expired');
  });
}
