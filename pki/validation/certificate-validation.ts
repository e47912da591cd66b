import { serialHex, type Certificate } from '../certificate/parse.ts';
import { printName } from '../name/print.ts';
import { validatePath } from '../path/validate.ts';
import type { PathReason, PathReasonCode, PathVerdict, RevocationFinding } from '../path/settings.ts';
import { blockOf, checked } from './building-block.ts';
import { message } from './messages.ts';
import type { BlockCheck, BuildingBlock, ChainEntry, Message, MissingEvidence, RevocationEntry, SubIndication } from './report.ts';
import { isStatusFresh } from './revocation-freshness.ts';
import { chainEntryOf } from './signer.ts';
import { anchorsFor, type ValidationAnchor, type ValidationContext } from './validation-context.ts';

export interface CertificateValidation extends BuildingBlock {
  messages: Message[];
  path: readonly Certificate[];
  anchor: ValidationAnchor | undefined;
  findings: readonly RevocationFinding[];
  chain: ChainEntry[];
  revocation: RevocationEntry[];
  /** why the path does not hold, as pki/path says it */
  reasons: readonly PathReason[];
  missing: MissingEvidence[];
}

export interface CertificateQuestion {
  scope: 'signing' | 'timestamping';
  /** the time the certificate must have been good at */
  at: Date;
  /** existence at that time is proven by others than the signer */
  proven: boolean;
  extendedKeyUsage?: string;
}

/**
 * X.509 certificate validation with the revocation freshness checker (EN 319 102-1 §5.2.6, §5.2.5): a path to a pinned
 * anchor, everything in it valid and of good status at `at`, by evidence of then or later. Missing status is never good.
 */
export function validateCertificate(target: Certificate, question: CertificateQuestion, context: ValidationContext): CertificateValidation {
  const anchors = anchorsFor(context, question.scope, question.at);
  const verdict = pathAt(target, question, context);
  listWanted(verdict, context);
  const anchor = anchors.find((each) => each === verdict.anchor);
  const stale = verdict.valid ? verdict.revocation.find((finding) => finding.status !== 'unknown' && !isStatusFresh(finding, question.at, context.policy)) : undefined;
  const judged = judge(verdict, stale, question, context);
  return {
    ...blockOf('certificate-validation', judged, checksOf(verdict), question.at), messages: judged.messages, reasons: verdict.reasons,
    missing: [...missingOf(verdict), ...(stale ? [missingStatus(verdict, stale)] : [])],
    path: verdict.path, anchor, findings: verdict.revocation,
    chain: verdict.path.map((certificate, i) => chainEntryOf(certificate, anchor !== undefined && i === verdict.path.length - 1)),
    revocation: verdict.revocation.map((finding) => revocationEntryOf(finding, verdict.path)),
  };
}

function pathAt(target: Certificate, { scope, at, extendedKeyUsage }: CertificateQuestion, context: ValidationContext): PathVerdict {
  const { policy, evidence } = context;
  return validatePath(
    { target, pool: evidence.certificates, anchors: anchorsFor(context, scope, at), crls: evidence.crls, ocspResponses: evidence.ocspResponses },
    {
      time: at, evidenceTime: context.evidenceTime, revocation: policy.revocation, cache: context.cache, algorithms: policy.algorithms,
      ...(extendedKeyUsage ? { extendedKeyUsage } : {}),
    },
  );
}

const constraintsOfPaths: readonly (readonly [string, ReadonlySet<PathReasonCode>])[] = [
  ['path-to-trust-anchor', new Set(['issuer-not-found'])],
  ['validity-period', new Set(['expired', 'not-yet-valid'])],
  ['not-revoked', new Set(['revoked'])],
  ['status-available', new Set(['status-unknown'])],
  ['cryptographic-constraints', new Set(['algorithm-not-acceptable'])],
];

const namedConstraints = new Set(constraintsOfPaths.flatMap(([, codes]) => [...codes]));

/** The constraints of §5.2.6 with what breaks them; whatever else is wrong with a path stands under RFC 5280's validation. */
function checksOf({ reasons }: PathVerdict): BlockCheck[] {
  const check = (constraint: string, broken: PathReason | undefined): BlockCheck => checked(constraint, !broken, broken ? `${broken.code}: ${broken.rule}` : null);
  return [
    ...constraintsOfPaths.map(([constraint, codes]) => check(constraint, reasons.find(({ code }) => codes.has(code)))),
    check('path-validation', reasons.find(({ code }) => !namedConstraints.has(code))),
  ];
}

/** What is missing, and when newer status is to be expected: the hold's list, or what its CA should have published by now. */
function missingOf({ reasons, revocation, path }: PathVerdict): MissingEvidence[] {
  return reasons.flatMap(({ code, certificate = 0 }): MissingEvidence[] => {
    const concerned = path[certificate];
    if (code === 'issuer-not-found') return [{ kind: 'issuer', subject: path.at(-1) ? printName(path.at(-1)!.issuer) : null, tryAgainAt: null }];
    const finding = revocation.find((each) => each.certificate === certificate);
    if (code === 'status-unknown') return [{ kind: 'status', subject: concerned ? printName(concerned.subject) : null, tryAgainAt: null }];
    return code === 'revoked' && finding?.reason === 'certificateHold' ? [missingStatus({ path }, finding)] : [];
  });
}

/** Newer status of a certificate than this one; it comes when this one ends. */
export function missingStatus({ path }: Pick<PathVerdict, 'path'>, { certificate, nextUpdate }: RevocationFinding): MissingEvidence {
  const concerned = path[certificate];
  return { kind: 'status', subject: concerned ? printName(concerned.subject) : null, tryAgainAt: nextUpdate ?? null };
}

/** What would help: the next issuer up, and the status of everything below the anchor, known already or not. */
function listWanted({ path, anchor }: PathVerdict, { wanted }: ValidationContext): void {
  const top = path.at(-1);
  if (top && !anchor) {
    const authorityKeyIdentifier = top.authorityKeyIdentifier?.keyIdentifier ?? null;
    wanted.add({ kind: 'issuer', issuer: top.issuer.der, authorityKeyIdentifier, caIssuerUrls: [...top.caIssuerUrls], certificate: top.der });
    return;
  }
  for (let i = 0; i + 1 < path.length; i++) {
    const { der, ocspUrls } = path[i]!;
    wanted.add({ kind: 'status', certificate: der, issuer: path[i + 1]!.der, ocspUrls: [...ocspUrls], crlUrls: [] });
  }
}

type Judged = Pick<BuildingBlock, 'indication' | 'subIndication'> & { messages: Message[] };

const inDoubt = (subIndication: SubIndication, messages: Message[]): Judged => ({ indication: 'INDETERMINATE', subIndication, messages });

/** What counts first where several things are wrong: no chain, a broken one, a revocation, dates, algorithms, status. */
const order: readonly (readonly [SubIndication, ReadonlySet<PathReasonCode>])[] = [
  ['NO_CERTIFICATE_CHAIN_FOUND', new Set(['issuer-not-found'])],
  ['CERTIFICATE_CHAIN_GENERAL_FAILURE', new Set(['signature-invalid', 'algorithm-mismatch', 'algorithm-not-supported', 'key-not-supported',
    'name-mismatch', 'not-a-ca', 'critical-extension-unknown', 'profile', 'target-is-anchor', 'server-name'])],
  ['GENERIC', new Set(['work-limit-reached'])],
  ['CHAIN_CONSTRAINTS_FAILURE', new Set(['path-too-long', 'key-usage', 'extended-key-usage', 'policy', 'policy-mapping', 'name-constraints'])],
  ['REVOKED_NO_POE', new Set(['revoked'])],
  ['OUT_OF_BOUNDS_NO_POE', new Set(['expired', 'not-yet-valid'])],
  ['CRYPTO_CONSTRAINTS_FAILURE_NO_POE', new Set(['algorithm-not-acceptable'])],
  ['TRY_LATER', new Set(['status-unknown'])],
];

function judge(verdict: PathVerdict, stale: RevocationFinding | undefined, ...[question, context]: [CertificateQuestion, ValidationContext]): Judged {
  const compromised = verdict.revocation.find((finding) => isCompromisedBefore(finding, question.at));
  if (verdict.valid && compromised) {
    return inDoubt(revokedIndication(compromised.certificate), [message('compromised-before-signing', { invalidityDate: compromised.invalidityDate!.toISOString() })]);
  }
  if (verdict.valid) {
    if (stale) return inDoubt('TRY_LATER', [message('status-outdated', { subject: printName(verdict.path[stale.certificate]!.subject) })]);
    return { indication: 'TOTAL-PASSED', subIndication: null, messages: laterRevocations(verdict, question) };
  }
  const messages = verdict.reasons.map((reason) => messageOf(reason, verdict, question.at));
  for (const [subIndication, codes] of order) {
    const reason = verdict.reasons.find(({ code }) => codes.has(code));
    if (!reason) continue;
    if (reason.code === 'revoked') return { indication: 'INDETERMINATE', subIndication: revokedSub(reason, verdict), messages };
    // EN 319 102-1 §5.5.4: proven to be there before its certificate was, which nothing can mend
    const early = reason.code === 'not-yet-valid' && question.proven && question.scope === 'signing' && (reason.certificate ?? 0) === 0;
    if (early) return { indication: 'TOTAL-FAILED', subIndication: 'NOT_YET_VALID', messages };
    return inDoubt(isKnownGoodToItsEnd(verdict, question, context) ? 'OUT_OF_BOUNDS_NOT_REVOKED' : subIndication, messages);
  }
  return inDoubt('CERTIFICATE_CHAIN_GENERAL_FAILURE', messages);
}

/** Nothing is wrong but that the certificate has expired, and its status at its last second is known to have been good. */
function isKnownGoodToItsEnd({ reasons, path }: PathVerdict, question: CertificateQuestion, context: ValidationContext): boolean {
  const onlyExpired = reasons.every(({ code, certificate = 0 }) => certificate === 0 && (code === 'expired' || code === 'status-unknown'));
  const [target] = path;
  return onlyExpired && target !== undefined && pathAt(target, { ...question, at: target.notAfter }, context).valid;
}

const compromises: ReadonlySet<string | undefined> = new Set(['keyCompromise', 'cACompromise', 'aACompromise']);

/** Revoked later, but for a key that was in other hands already then. */
function isCompromisedBefore({ reason, invalidityDate }: RevocationFinding, at: Date): boolean {
  return invalidityDate !== undefined && compromises.has(reason) && invalidityDate <= at;
}

const revokedIndication = (certificate: number): SubIndication => (certificate === 0 ? 'REVOKED_NO_POE' : 'REVOKED_CA_NO_POE');

function revokedSub(reason: PathReason, { revocation }: PathVerdict): SubIndication {
  const index = reason.certificate ?? 0;
  const finding = revocation.find(({ certificate }) => certificate === index);
  return finding?.reason === 'certificateHold' ? 'TRY_LATER' : revokedIndication(index);
}

function laterRevocations({ revocation }: PathVerdict, { at }: CertificateQuestion): Message[] {
  return revocation.filter(({ certificate, revokedAt }) => certificate === 0 && revokedAt !== undefined && revokedAt > at)
    .map(({ revokedAt }) => message('revoked-after-signing', { revokedAt: revokedAt!.toISOString() }));
}

function messageOf({ code, certificate = 0, rule }: PathReason, { path, revocation }: PathVerdict, at: Date): Message {
  const concerned = path[certificate] ?? path[0]!;
  const subject = printName(concerned.subject);
  const finding = revocation.find((each) => each.certificate === certificate);
  const revokedAt = finding?.revokedAt?.toISOString() ?? '';
  switch (code) {
    case 'issuer-not-found': return message('chain-not-trusted', { issuer: printName((path.at(-1) ?? concerned).issuer) });
    case 'expired': return message('certificate-expired', { notAfter: concerned.notAfter.toISOString(), subject });
    case 'not-yet-valid': return message('certificate-not-yet-valid', { notBefore: concerned.notBefore.toISOString(), subject });
    case 'revoked':
      if (finding?.revokedAt && finding.revokedAt > at && isCompromisedBefore(finding, at)) {
        return message('compromised-before-signing', { subject, invalidityDate: finding.invalidityDate?.toISOString() ?? '' });
      }
      if (finding?.reason === 'certificateHold') return message('certificate-on-hold', { subject });
      return certificate === 0 ? message('certificate-revoked', { revokedAt, reason: finding?.reason ?? 'unspecified' }) : message('issuer-revoked', { subject, revokedAt });
    case 'status-unknown': return message(finding?.evidence ? 'status-outdated' : 'status-missing', { subject });
    case 'algorithm-not-acceptable': return message('certificate-algorithm-weak', { detail: rule, subject });
    case 'path-too-long': case 'key-usage': case 'extended-key-usage': case 'policy': case 'policy-mapping': case 'name-constraints':
      return message('chain-unsuitable', { rule, subject, detail: code });
    default: return message('chain-invalid', { rule, subject, detail: code });
  }
}

function revocationEntryOf(finding: RevocationFinding, path: readonly Certificate[]): RevocationEntry {
  const certificate = path[finding.certificate]!;
  return {
    subject: printName(certificate.subject), serialNumber: serialHex(certificate.serialNumber),
    status: finding.status === 'revoked' && finding.reason === 'certificateHold' ? 'on-hold' : finding.status,
    source: finding.source ?? null, revokedAt: finding.revokedAt ?? null, reason: finding.reason ?? null,
    thisUpdate: finding.thisUpdate ?? null, nextUpdate: finding.nextUpdate ?? null,
  };
}
