import { oids } from '../asn1/oids.ts';
import type { Certificate } from '../certificate/parse.ts';
import { keyRefusalOf } from '../path/algorithms.ts';
import { printName } from '../name/print.ts';
import { blockOf, checked } from './building-block.ts';
import type { SignatureCandidate, UsedDigest } from './candidate.ts';
import { passed } from './conclusion.ts';
import { digestRefusalOf } from './cryptographic-constraints.ts';
import { message } from './messages.ts';
import type { ValidationPolicy } from './policy.ts';
import type { BlockCheck, BuildingBlock, Conclusion, Message, SubIndication } from './report.ts';

export interface Acceptance extends BuildingBlock { messages: Message[] }

export interface AcceptanceTimes {
  /** when the signature is known to have existed: an algorithm counts by its state then */
  existed: Date;
  /** when it cannot have existed yet: the time of a content timestamp */
  notBefore: Date | undefined;
  /** the time the signer claims, and the one that is proven */
  claimed: Date | undefined;
  proven: Date | undefined;
}

/** Extended key usages that fit a signature on a document; absent means no limit (RFC 5280 §4.2.1.12). */
const signingUsages: ReadonlySet<string> = new Set([
  oids.anyExtendedKeyUsage, oids.documentSigning, oids.emailProtection,
  // Adobe authentic documents and Microsoft document signing, as national CAs still write them
  '1.2.840.113583.1.1.5', '1.3.6.1.4.1.311.10.3.12',
]);

/**
 * Signature acceptance (EN 319 102-1 §5.2.8): what the policy asks of algorithms, of the signer's certificate and of the
 * signed attributes, with the timestamp delay of §5.5.4.
 */
export function acceptSignature(candidate: SignatureCandidate, signer: Certificate, policy: ValidationPolicy, times: AcceptanceTimes): Acceptance {
  const { signature, properties, mustNameCertificate } = candidate;
  const cryptography = [...(signature?.digests ?? []).flatMap((used) => judgeDigest(used, policy, times.existed)), ...judgeKey(signer, policy, times.existed)];
  const usage = judgeUsage(signer, policy);
  const attributes = judgeAttributes(properties.signingCertificate !== 'absent', mustNameCertificate || policy.requireSigningCertificateAttribute);
  const delay = judgeDelay(times, policy);
  const tooLate = times.notBefore && (signature?.digests ?? []).some(({ digest }) => digest && digestRefusalOf(digest, times.notBefore!, policy));
  const verdicts: readonly (readonly [string, readonly Message[], SubIndication])[] = [
    ['cryptographic-constraints', cryptography, tooLate ? 'CRYPTO_CONSTRAINTS_FAILURE' : 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE'],
    ['key-usage', usage, 'CHAIN_CONSTRAINTS_FAILURE'],
    ['signing-certificate-reference', attributes, 'SIG_CONSTRAINTS_FAILURE'],
    ['timestamp-delay', delay, 'SIG_CONSTRAINTS_FAILURE'],
  ];
  const checks = verdicts.map(([constraint, messages]): BlockCheck => checked(constraint, !messages.some(isError), messages.find(isError)?.code ?? null));
  const broken = verdicts.find(([, messages]) => messages.some(isError));
  const conclusion: Conclusion = broken ? { indication: 'INDETERMINATE', subIndication: broken[2] } : passed;
  return { ...blockOf('signature-acceptance', conclusion, checks, times.existed), messages: verdicts.flatMap(([, messages]) => messages) };
}

const isError = ({ level }: Message): boolean => level === 'error';

function judgeDigest({ digest, name }: UsedDigest, policy: ValidationPolicy, time: Date): Message[] {
  if (!digest) return [message('algorithm-not-known', { algorithm: name })];
  return digestRefusalOf(digest, time, policy) ? [message('algorithm-not-allowed', { algorithm: name })] : [];
}

function judgeKey({ publicKey, subject }: Certificate, policy: ValidationPolicy, time: Date): Message[] {
  return keyRefusalOf(publicKey, time, policy.algorithms) ? [message('key-too-short', { subject: printName(subject), bits: publicKey.bits })] : [];
}

function judgeUsage({ keyUsage, extKeyUsage }: Certificate, policy: ValidationPolicy): Message[] {
  const mayBySign = !keyUsage || policy.signerKeyUsage.some((bit) => keyUsage.has(bit));
  const mayByPurpose = !extKeyUsage || extKeyUsage.some((oid) => signingUsages.has(oid));
  return mayBySign && mayByPurpose ? [] : [message('key-usage-unsuitable')];
}

function judgeAttributes(bound: boolean, mustBind: boolean): Message[] {
  if (bound) return [];
  return [mustBind
    ? message('attribute-missing', { attribute: 'signing-certificate-v2' })
    : message('signing-certificate-unbound')];
}

function judgeDelay({ claimed, proven }: AcceptanceTimes, { maxTimestampDelaySeconds }: ValidationPolicy): Message[] {
  if (maxTimestampDelaySeconds === undefined || !claimed || !proven) return [];
  const late = proven.getTime() - claimed.getTime() > maxTimestampDelaySeconds * 1000;
  return late ? [message('timestamp-too-late', { claimed: claimed.toISOString(), time: proven.toISOString() })] : [];
}
