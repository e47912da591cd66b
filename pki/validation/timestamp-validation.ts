import { oids } from '../asn1/oids.ts';
import { selectSignerCertificate } from '../cms/signer-certificate.ts';
import { nameAttribute } from '../name/parse.ts';
import { printName } from '../name/print.ts';
import { isTimestampingCertificate, parseTimestampToken, verifyTimestampToken, type TimestampToken } from '../timestamp/token.ts';
import type { CandidateTimestamp } from './candidate.ts';
import { validateCertificate, type CertificateValidation } from './certificate-validation.ts';
import { tolerate } from './evidence.ts';
import { message } from './messages.ts';
import type { Conclusion, Message, SubIndication, TimestampEntry } from './report.ts';
import { serialHex, type Certificate } from '../certificate/parse.ts';
import type { ValidationContext } from './validation-context.ts';

export interface TimestampValidation {
  entry: TimestampEntry;
  certificate: Certificate | undefined;
  chain: CertificateValidation | undefined;
}

/**
 * Timestamp validation (EN 319 102-1 §5.4): the imprint is of exactly these bytes, the unit's signature holds, its
 * certificate is for timestamps alone and its chain was good at genTime. Only then does the time prove anything.
 */
export function validateTimestamp({ token: der, kind, stamped }: CandidateTimestamp, context: ValidationContext): TimestampValidation {
  const token = tolerate(() => parseTimestampToken(der, { allowTrailingZeros: true }));
  if (!token) return { entry: entryOf(kind, undefined, undefined, broken('FORMAT_FAILURE', 'timestamp-malformed')), certificate: undefined, chain: undefined };
  context.evidence.add({ certificates: token.signedData.certificates, crls: token.signedData.crls, ocspResponses: token.signedData.ocspResponses });
  const certificate = selectSignerCertificate(token.signerInfo, context.evidence.certificates);
  if (!certificate || certificate === 'conflict') {
    askForSigner(token, context);
    return { entry: entryOf(kind, token, undefined, untrusted('NO_SIGNING_CERTIFICATE_FOUND', certificate ?? 'no-certificate')), certificate: undefined, chain: undefined };
  }
  const { problems } = verifyTimestampToken(token, (digest) => stamped(digest) ?? nothing, certificate);
  const [problem] = problems;
  if (problem) {
    const hashFails = problems.some(({ code }) => code === 'imprint-mismatch' || code === 'message-digest-mismatch');
    return { entry: entryOf(kind, token, certificate, broken(hashFails ? 'HASH_FAILURE' : 'SIG_CRYPTO_FAILURE', problem.code)), certificate, chain: undefined };
  }
  const { genTime } = token.tstInfo;
  const chain = validateCertificate(certificate, { scope: 'timestamping', at: genTime, proven: false, extendedKeyUsage: oids.timeStamping }, context);
  return { entry: entryOf(kind, token, certificate, trustOf(token, certificate, chain, context)), certificate, chain };
}

/** no digest has no octets */
const nothing = new Uint8Array(0);

type Judged = Conclusion & { messages: Message[] };

const broken = (subIndication: SubIndication, detail: string): Judged =>
  ({ indication: 'TOTAL-FAILED', subIndication, messages: [message('timestamp-broken', { detail })] });
const untrusted = (subIndication: SubIndication | null, detail: string): Judged =>
  ({ indication: 'INDETERMINATE', subIndication, messages: [message('timestamp-untrusted', { detail })] });

function trustOf({ tstInfo }: TimestampToken, certificate: Certificate, chain: CertificateValidation, { policy, time }: ValidationContext): Judged {
  if (!isTimestampingCertificate(certificate)) return untrusted('CHAIN_CONSTRAINTS_FAILURE', 'RFC 3161 §2.3 timeStamping alone and critical');
  if (chain.indication !== 'TOTAL-PASSED') {
    const { indication, subIndication, messages } = untrusted(chain.subIndication, chain.messages[0]?.code ?? 'chain');
    return { indication, subIndication, messages: [...messages, ...chain.messages.map((each) => ({ ...each, level: 'warning' as const }))] };
  }
  if (tstInfo.genTime.getTime() > time.getTime() + policy.clockGraceSeconds * 1000) return untrusted('TIMESTAMP_ORDER_FAILURE', 'genTime lies ahead of the validation time');
  if (chain.findings.some(voidsEarlierTokens)) return untrusted('REVOKED_NO_POE', 'RFC 3161 §4 the unit was revoked');
  const until = policy.digests[tstInfo.imprint.digest];
  if (!until || tstInfo.genTime > new Date(until)) return untrusted('CRYPTO_CONSTRAINTS_FAILURE_NO_POE', tstInfo.imprint.digest);
  return { indication: 'TOTAL-PASSED', subIndication: null, messages: [] };
}

const harmlessReasons: ReadonlySet<string | undefined> = new Set(['unspecified', 'affiliationChanged', 'superseded', 'cessationOfOperation']);

/** RFC 3161 §4: with another reason, or none, every token of the key is void, whatever time it says. */
function voidsEarlierTokens({ certificate, revokedAt, reason }: CertificateValidation['findings'][number]): boolean {
  return certificate === 0 && revokedAt !== undefined && !harmlessReasons.has(reason);
}

function askForSigner({ signerInfo: { sid } }: TimestampToken, { wanted }: ValidationContext): void {
  if ('issuer' in sid) wanted.add({ kind: 'signing-certificate', issuer: sid.issuer.der, serialNumber: serialHex(sid.serialNumber), subjectKeyIdentifier: null });
}

function entryOf(kind: TimestampEntry['kind'], token: TimestampToken | undefined, certificate: Certificate | undefined, judged: Judged): TimestampEntry {
  const authority = certificate && (nameAttribute(certificate.subject, oids.commonName) ?? printName(certificate.subject));
  return {
    kind, ...judged, time: token?.tstInfo.genTime ?? null, authority: authority ?? null, policy: token?.tstInfo.policy ?? null,
    serialNumber: token ? serialHex(token.tstInfo.serialNumber) : null,
  };
}
