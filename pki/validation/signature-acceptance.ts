import { oids } from '../asn1/oids.ts';
import type { Certificate } from '../certificate/parse.ts';
import { printName } from '../name/print.ts';
import type { SignatureCandidate, UsedDigest } from './candidate.ts';
import { message } from './messages.ts';
import type { ValidationPolicy } from './policy.ts';
import type { BuildingBlock, Message } from './report.ts';

export interface Acceptance extends BuildingBlock { messages: Message[] }

/** Extended key usages that fit a signature on a document; absent means no limit (RFC 5280 §4.2.1.12). */
const signingUsages: ReadonlySet<string> = new Set([
  oids.anyExtendedKeyUsage, oids.documentSigning, oids.emailProtection,
  // Adobe authentic documents and Microsoft document signing, as national CAs still write them
  '1.2.840.113583.1.1.5', '1.3.6.1.4.1.311.10.3.12',
]);

/**
 * Signature acceptance (EN 319 102-1 §5.2.8): what the policy asks of attributes, algorithms, keys and the signer's
 * certificate. `time` is when the signature is known to have existed: an algorithm counts by its state then.
 */
export function acceptSignature({ signature, properties, mustNameCertificate }: SignatureCandidate, path: readonly Certificate[], policy: ValidationPolicy, time: Date): Acceptance {
  const [signer] = path;
  const cryptography = [...(signature?.digests ?? []).flatMap((used) => judgeDigest(used, policy, time)), ...path.flatMap((each) => judgeKey(each, policy))];
  const constraints = signer ? [...judgeUsage(signer, policy), ...judgeAttributes(properties.signingCertificate !== 'absent', mustNameCertificate || policy.requireSigningCertificateAttribute)] : [];
  const messages = [...cryptography, ...constraints];
  const name = 'signature-acceptance';
  if (cryptography.some(isError)) return { name, indication: 'INDETERMINATE', subIndication: 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE', messages };
  if (messages.some(({ code }) => code === 'key-usage-unsuitable')) return { name, indication: 'INDETERMINATE', subIndication: 'CHAIN_CONSTRAINTS_FAILURE', messages };
  if (constraints.some(isError)) return { name, indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE', messages };
  return { name, indication: 'TOTAL-PASSED', subIndication: null, messages };
}

const isError = ({ level }: Message): boolean => level === 'error';

function judgeDigest({ digest, name }: UsedDigest, policy: ValidationPolicy, time: Date): Message[] {
  const until = digest && policy.digests[digest];
  if (until && time <= new Date(until)) return [];
  return [message('algorithm-not-allowed', { algorithm: name })];
}

function judgeKey({ publicKey, subject }: Certificate, policy: ValidationPolicy): Message[] {
  const least = publicKey.type === 'rsa' ? policy.minRsaBits : publicKey.type === 'ec' ? policy.minEcBits : 0;
  return publicKey.bits >= least ? [] : [message('key-too-short', { subject: printName(subject), bits: publicKey.bits })];
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
