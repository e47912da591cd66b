import { serialHex, type Certificate } from '../certificate/parse.ts';
import { printName } from '../name/print.ts';
import { validatePath } from '../path/validate.ts';
import type { PathReason, PathReasonCode, PathVerdict, RevocationFinding } from '../path/settings.ts';
import { message } from './messages.ts';
import type { BuildingBlock, ChainEntry, Message, RevocationEntry, SubIndication } from './report.ts';
import { chainEntryOf } from './signer.ts';
import { anchorsFor, type ValidationAnchor, type ValidationContext } from './validation-context.ts';

export interface CertificateValidation extends BuildingBlock {
  messages: Message[];
  path: readonly Certificate[];
  anchor: ValidationAnchor | undefined;
  findings: readonly RevocationFinding[];
  chain: ChainEntry[];
  revocation: RevocationEntry[];
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
  const { policy, evidence } = context;
  const anchors = anchorsFor(context, question.scope, question.at);
  const verdict = validatePath(
    { target, pool: evidence.certificates, anchors, crls: evidence.crls, ocspResponses: evidence.ocspResponses },
    {
      time: question.at, evidenceTime: context.evidenceTime, revocation: policy.revocation, cache: context.cache,
      ...(question.extendedKeyUsage ? { extendedKeyUsage: question.extendedKeyUsage } : {}),
    },
  );
  listWanted(verdict, context);
  const anchor = anchors.find((each) => each === verdict.anchor);
  return {
    name: 'certificate-validation', ...judge(verdict, question), path: verdict.path, anchor, findings: verdict.revocation,
    chain: verdict.path.map((certificate, i) => chainEntryOf(certificate, anchor !== undefined && i === verdict.path.length - 1)),
    revocation: verdict.revocation.map((finding) => revocationEntryOf(finding, verdict.path)),
  };
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

/** What counts first where several things are wrong: no chain, a broken one, a revocation, dates, algorithms, status. */
const order: readonly (readonly [SubIndication, ReadonlySet<PathReasonCode>])[] = [
  ['NO_CERTIFICATE_CHAIN_FOUND', new Set(['issuer-not-found'])],
  ['CERTIFICATE_CHAIN_GENERAL_FAILURE', new Set(['signature-invalid', 'algorithm-mismatch', 'algorithm-not-supported', 'key-not-supported',
    'name-mismatch', 'not-a-ca', 'critical-extension-unknown', 'profile', 'target-is-anchor', 'work-limit-reached', 'server-name'])],
  ['CHAIN_CONSTRAINTS_FAILURE', new Set(['path-too-long', 'key-usage', 'extended-key-usage', 'policy', 'policy-mapping', 'name-constraints'])],
  ['REVOKED_NO_POE', new Set(['revoked'])],
  ['OUT_OF_BOUNDS_NO_POE', new Set(['expired', 'not-yet-valid'])],
  ['CRYPTO_CONSTRAINTS_FAILURE_NO_POE', new Set(['algorithm-not-acceptable'])],
  ['TRY_LATER', new Set(['status-unknown'])],
];

function judge(verdict: PathVerdict, question: CertificateQuestion): Judged {
  const compromised = verdict.revocation.find((finding) => isCompromisedBefore(finding, question.at));
  if (verdict.valid && !compromised) return { indication: 'TOTAL-PASSED', subIndication: null, messages: laterRevocations(verdict, question) };
  if (verdict.valid && compromised) {
    const invalidityDate = compromised.invalidityDate!.toISOString();
    return { indication: 'INDETERMINATE', subIndication: revokedIndication(compromised.certificate), messages: [message('compromised-before-signing', { invalidityDate })] };
  }
  const messages = verdict.reasons.map((reason) => messageOf(reason, verdict, question.at));
  for (const [subIndication, codes] of order) {
    const reason = verdict.reasons.find(({ code }) => codes.has(code));
    if (!reason) continue;
    if (reason.code === 'revoked') return { indication: 'INDETERMINATE', subIndication: revokedSub(reason, verdict), messages };
    // EN 319 102-1 §5.5.4: proven to be there before its certificate was, which nothing can mend
    const early = reason.code === 'not-yet-valid' && question.proven && question.scope === 'signing' && (reason.certificate ?? 0) === 0;
    return early ? { indication: 'TOTAL-FAILED', subIndication: 'NOT_YET_VALID', messages } : { indication: 'INDETERMINATE', subIndication, messages };
  }
  return { indication: 'INDETERMINATE', subIndication: 'CERTIFICATE_CHAIN_GENERAL_FAILURE', messages };
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
    case 'algorithm-not-acceptable': return message('algorithm-not-allowed', { algorithm: rule, subject });
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
