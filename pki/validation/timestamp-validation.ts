import { hash } from 'node:crypto';
import { tolerate } from '../error.ts';
import { oids } from '../asn1/oids.ts';
import { serialHex, type Certificate } from '../certificate/parse.ts';
import { selectSignerCertificate } from '../cms/signer-certificate.ts';
import { nameAttribute } from '../name/parse.ts';
import { printName } from '../name/print.ts';
import { isTimestampingCertificate, parseTimestampToken, verifyTimestampToken, type TimestampToken } from '../timestamp/token.ts';
import { blockOf, checked } from './building-block.ts';
import type { CandidateTimestamp } from './candidate.ts';
import { validateCertificate, type CertificateValidation } from './certificate-validation.ts';
import { passed } from './conclusion.ts';
import { digestRefusalOf } from './cryptographic-constraints.ts';
import { message } from './messages.ts';
import { validateOverTime, type TimedValidation } from './past-signature.ts';
import type { BuildingBlock, Conclusion, Message, SubIndication, TimestampEntry } from './report.ts';
import type { ValidationContext } from './validation-context.ts';

export interface TimestampValidation {
  entry: TimestampEntry;
  certificate: Certificate | undefined;
  chain: CertificateValidation | undefined;
}

/** A token read before it is judged, for tokens are judged in the order of their times. */
export interface ReadTimestamp { timestamp: CandidateTimestamp; token: TimestampToken | undefined }

/** Reads a token and takes up the evidence it brings. */
export function readTimestamp(timestamp: CandidateTimestamp, { evidence }: ValidationContext): ReadTimestamp {
  const token = tolerate(() => parseTimestampToken(timestamp.token, { allowTrailingZeros: true }));
  if (token) evidence.add({ certificates: token.signedData.certificates, crls: token.signedData.crls, ocspResponses: token.signedData.ocspResponses });
  return { timestamp, token };
}

/**
 * Timestamp validation (EN 319 102-1 §5.4): the imprint is of exactly these bytes, the unit's signature holds, its certificate
 * is for timestamps alone, covers genTime and is good now, or was when a later token proves this one (§5.6.2.4). Only then does
 * the time prove anything.
 */
export function validateTimestamp({ timestamp, token }: ReadTimestamp, context: ValidationContext): TimestampValidation {
  if (!token) return judged({ timestamp, token, certificate: undefined }, broken('FORMAT_FAILURE', 'timestamp-malformed'));
  const certificate = selectSignerCertificate(token.signerInfo, context.evidence.certificates);
  if (!certificate || certificate === 'conflict') {
    askForSigner(token, context);
    return judged({ timestamp, token, certificate: undefined }, untrusted('NO_SIGNING_CERTIFICATE_FOUND', certificate ?? 'no-certificate'));
  }
  const { problems } = verifyTimestampToken(token, (digest) => timestamp.stamped(digest) ?? nothing, certificate);
  const [problem] = problems;
  if (problem) {
    const hashFails = problems.some(({ code }) => code === 'imprint-mismatch' || code === 'message-digest-mismatch');
    return judged({ timestamp, token, certificate }, broken(hashFails ? 'HASH_FAILURE' : 'SIG_CRYPTO_FAILURE', problem.code));
  }
  const existence = context.proofs.ofObject(timestamp.token)?.time;
  const chain = trustOver(certificate, token, existence, context);
  return judged({ timestamp, token, certificate, chain }, trustOf(token, certificate, { chain, existence }, context));
}

/** no digest has no octets */
const nothing = new Uint8Array(0);

type Judged = Conclusion & { messages: Message[] };

const broken = (subIndication: SubIndication, detail: string): Judged =>
  ({ indication: 'TOTAL-FAILED', subIndication, messages: [message('timestamp-broken', { detail })] });
const untrusted = (subIndication: SubIndication | null, detail: string): Judged =>
  ({ indication: 'INDETERMINATE', subIndication, messages: [message('timestamp-untrusted', { detail })] });

/** The unit's certificate over time, with what RFC 3161 §4 and the policy grant to tokens older than its end. */
function trustOver(certificate: Certificate, { tstInfo: { genTime } }: TimestampToken, existence: Date | undefined, context: ValidationContext): TimedValidation {
  const question = { scope: 'timestamping', extendedKeyUsage: oids.timeStamping } as const;
  const timed = validateOverTime({ certificate, ...question, signedAt: genTime, existence, bound: true }, context);
  if (timed.conclusion.indication === 'TOTAL-PASSED' || !isGranted(timed.current, genTime, context)) return timed;
  const then = validateCertificate(certificate, { ...question, at: genTime, proven: false }, context);
  if (then.indication !== 'TOTAL-PASSED') return timed;
  return { ...timed, conclusion: passed, messages: then.messages, decisive: then, blocks: [...timed.blocks, blockOf('past-certificate-validation', then, then.checks, genTime)] };
}

const harmlessReasons: ReadonlySet<string | undefined> = new Set(['affiliationChanged', 'superseded', 'cessationOfOperation']);

function isGranted({ subIndication, findings, reasons }: CertificateValidation, genTime: Date, { policy }: ValidationContext): boolean {
  if (subIndication === 'OUT_OF_BOUNDS_NO_POE' || subIndication === 'OUT_OF_BOUNDS_NOT_REVOKED') return policy.acceptExpiredTimestampUnits;
  // RFC 3161 §4: with another reason, or none, every token of the key is void, whatever time it says
  const unit = findings.find(({ certificate }) => certificate === 0);
  return subIndication === 'REVOKED_NO_POE' && reasons.every(({ code }) => code === 'revoked')
    && harmlessReasons.has(unit?.reason) && unit?.revokedAt !== undefined && genTime < unit.revokedAt;
}

interface Trust { chain: TimedValidation; existence: Date | undefined }

function trustOf({ tstInfo, signerInfo }: TimestampToken, certificate: Certificate, { chain, existence }: Trust, { policy, time }: ValidationContext): Judged {
  const { conclusion, messages } = chain;
  if (!isTimestampingCertificate(certificate)) return untrusted('CHAIN_CONSTRAINTS_FAILURE', 'RFC 3161 §2.3 timeStamping alone and critical');
  if (conclusion.indication !== 'TOTAL-PASSED') {
    const why = untrusted(conclusion.subIndication, messages[0]?.code ?? 'chain');
    return { ...why, messages: [...why.messages, ...messages.map((each) => ({ ...each, level: 'warning' as const }))] };
  }
  if (tstInfo.genTime.getTime() > time.getTime() + policy.clockGraceSeconds * 1000) return untrusted('TIMESTAMP_ORDER_FAILURE', 'genTime lies ahead of the validation time');
  const weak = [tstInfo.imprint.digest, signerInfo.digestAlgorithm].find((digest) => digest && digestRefusalOf(digest, existence ?? time, policy));
  if (weak) return untrusted('CRYPTO_CONSTRAINTS_FAILURE_NO_POE', weak);
  return { ...passed, messages: [] };
}

function askForSigner({ signerInfo: { sid } }: TimestampToken, { wanted }: ValidationContext): void {
  if ('issuer' in sid) wanted.add({ kind: 'signing-certificate', issuer: sid.issuer.der, serialNumber: serialHex(sid.serialNumber), subjectKeyIdentifier: null });
}

interface Subject { timestamp: CandidateTimestamp; token: TimestampToken | undefined; certificate: Certificate | undefined; chain?: TimedValidation }

function judged({ timestamp: { kind, token: der }, token, certificate, chain }: Subject, verdict: Judged): TimestampValidation {
  const authority = certificate && (nameAttribute(certificate.subject, oids.commonName) ?? printName(certificate.subject));
  const entry: TimestampEntry = {
    kind, ...verdict, time: token?.tstInfo.genTime ?? null, authority: authority ?? null, policy: token?.tstInfo.policy ?? null,
    serialNumber: token ? serialHex(token.tstInfo.serialNumber) : null, fingerprint: hash('sha256', der), buildingBlocks: blocksOf(token, verdict, chain),
  };
  return { entry, certificate, chain: chain?.decisive };
}

function blocksOf(token: TimestampToken | undefined, verdict: Judged, chain: TimedValidation | undefined): BuildingBlock[] {
  const checks = [
    checked('token-readable', token !== undefined), checked('imprint-matches', verdict.subIndication !== 'HASH_FAILURE'),
    checked('signature-value', verdict.subIndication !== 'SIG_CRYPTO_FAILURE'), checked('unit-trusted', verdict.indication === 'TOTAL-PASSED', verdict.subIndication),
  ];
  return [...chain?.blocks ?? [], blockOf('timestamp-validation', verdict, checks, token?.tstInfo.genTime ?? null)];
}
