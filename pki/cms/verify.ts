import { createHash } from 'node:crypto';
import { PkiError } from '../error.ts';
import { DerReader } from '../asn1/der-reader.ts';
import { oids } from '../asn1/oids.ts';
import { tags } from '../asn1/tags.ts';
import type { Certificate } from '../certificate/parse.ts';
import type { Digest } from '../keys/algorithm.ts';
import { verifySignature } from '../keys/verify.ts';
import { completeAlgorithm, digestAgrees } from './algorithms.ts';
import { parseCommitmentTypes, parseSignaturePolicy, parseSigningTime, singleValue, valuesOf } from './attributes.ts';
import { listEvidence, type Evidence } from './evidence.ts';
import { checkSignedAttributes, readOr, type AttributeProblem, type Report as ReportOf } from './signed-attributes.ts';
import { parseAttributeSet, type SignedData, type SignerInfo } from './signed-data.ts';
import { isNamedBy } from './signer-certificate.ts';

/** The bytes under a detached signature, whole, in pieces, or only their digest; `attached`: the SignedData has them. */
export type SignedContent = Uint8Array | readonly Uint8Array[] | { digest(digest: Digest): Uint8Array } | 'attached';

export type SignerProblem = AttributeProblem
  | 'algorithm-not-supported' | 'key-not-supported' | 'signature-invalid' | 'signer-mismatch'
  | 'content-missing' | 'content-not-detached' | 'content-unavailable' | 'content-ambiguous';

/** The judgement of one SignerInfo: integrity and form. Trust, time and strength of algorithms are others' work. */
export interface SignerVerdict {
  intact: boolean;
  problems: { code: SignerProblem; rule: string }[];
  /** of the content */
  digest: Digest | undefined;
  /** how the signature binds its certificate; v1 is SHA-1, which a policy may refuse */
  signingCertificate: 'v2' | 'v1' | 'absent';
  /** the signature is over the attributes in the order they were sent, which is not DER's (RFC 5652 §5.4); a quirk to report */
  signedOutOfOrder: boolean;
  claimedSigningTime: Date | undefined;
  signaturePolicy: string | undefined;
  commitmentTypes: string[];
  /** TimeStampToken DER over the signature value, and over the content */
  signatureTimestamps: Uint8Array[];
  contentTimestamps: Uint8Array[];
  evidence: Evidence;
  /** what a signature timestamp must have stamped (RFC 5126 §6.1.1) */
  messageImprintDigest(digest: Digest): Uint8Array;
}

/** What a SignerInfo stands in. A counter-signature's content has no type (RFC 5652 §11.4). */
export type SignedBy = Pick<SignedData, 'content' | 'certificates' | 'crls' | 'ocspResponses'> & { contentType: string | undefined };

/** Judges one signer with the certificate that `selectSignerCertificate` found. Never throws on strangers' bytes. */
export function verifySigner(signedData: SignedBy, signerInfo: SignerInfo, content: SignedContent, certificate: Certificate): SignerVerdict {
  const problems: SignerVerdict['problems'] = [];
  const report: Report = (code, rule) => void problems.push({ code, rule });
  if (!isNamedBy(signerInfo.sid, certificate)) report('signer-mismatch', 'RFC 5652 §5.3');
  const bytes = contentOf(signedData, content, report);
  const digest = signerInfo.digestAlgorithm;
  const usable = digest !== undefined && digest !== 'md5';
  if (!usable) report('algorithm-not-supported', `digest ${signerInfo.digestOid}`);
  const attributes = signerInfo.signedAttributes;
  const signingCertificate = attributes && usable
    ? checkSignedAttributes({ contentType: signedData.contentType, signerInfo, certificate, contentDigest: bytes && digestOf(bytes, digest) }, report)
    : 'absent';
  const signedOutOfOrder = usable && checkSignature(signedData, signerInfo, { certificate, bytes, digest }, report);
  return { ...describe(signedData, signerInfo, report), intact: problems.length === 0, problems, digest, signingCertificate, signedOutOfOrder };
}

type Report = ReportOf<SignerProblem>;

type Bytes = Exclude<SignedContent, 'attached'>;

/** A signature is attached or detached, and both sides know which (RFC 5652 §5.2): content from two places could differ. */
function contentOf({ content: inside }: SignedBy, content: SignedContent, report: Report): Bytes | undefined {
  if (content === 'attached' || content === inside) {
    if (inside === undefined) report('content-missing', 'RFC 5652 §5.2');
    return inside;
  }
  if (inside !== undefined) report('content-not-detached', 'RFC 5652 §5.2');
  return content;
}

function digestOf(bytes: Bytes, digest: Digest): Uint8Array {
  if (isDigester(bytes)) return bytes.digest(digest);
  const hash = createHash(digest);
  for (const piece of bytes instanceof Uint8Array ? [bytes] : bytes) hash.update(piece);
  return hash.digest();
}

const isDigester = (bytes: Bytes): bytes is { digest(digest: Digest): Uint8Array } => 'digest' in bytes;

interface Subject { certificate: Certificate; bytes: Bytes | undefined; digest: Digest }

/** Reports what is wrong with the signature value; true when it holds for the attributes as they were sent alone. */
function checkSignature(signedData: SignedBy, signerInfo: SignerInfo, subject: Subject, report: Report): boolean {
  const { digest, certificate: { publicKey } } = subject;
  const { signature, signedAttributesDer, signedAttributesAsSent: asSent } = signerInfo;
  const refuse = (code: SignerProblem, rule: string): false => {
    report(code, rule);
    return false;
  };
  const algorithm = completeAlgorithm(signerInfo.signatureAlgorithm, digest);
  if (!algorithm) return refuse('algorithm-not-supported', 'RFC 3370 §3.2');
  const signed = signedAttributesDer ?? directContent(signedData, subject.bytes, report);
  if (!signed) return false;
  const strict = verifySignature(algorithm, publicKey, signed, signature);
  // many signers do not sort; the attributes are the same ones, so nothing is gained by an attacker
  const verdict = strict.valid || asSent === undefined ? strict : verifySignature(algorithm, publicKey, asSent, signature);
  if (!verdict.valid) return refuse(verdict.reason, 'RFC 5652 §5.6');
  // EdDSA and ML-DSA over the content itself do not use digestAlgorithm (RFC 8419 §3.2, RFC 9882 §3.3)
  const unused = verdict.digest === undefined && signedAttributesDer === undefined;
  if (!unused && !digestAgrees(algorithm.oid, digest, verdict.digest)) report('algorithm-mismatch', 'RFC 5652 §5.3 digestAlgorithm');
  return !strict.valid;
}

/** Without signed attributes the signature is over the content itself, which must then be plain data (RFC 5652 §5.3). */
function directContent({ contentType }: SignedBy, bytes: Bytes | undefined, report: Report): Uint8Array | undefined {
  if (contentType !== oids.data && contentType !== undefined) report('attribute-missing', 'RFC 5652 §5.3 signed attributes unless the content is data');
  if (bytes === undefined) return undefined;
  if (isDigester(bytes)) {
    report('content-unavailable', 'the signature is over the content, not its digest');
    return undefined;
  }
  const whole = bytes instanceof Uint8Array ? bytes : Buffer.concat(bytes);
  if (looksLikeAttributes(whole)) report('content-ambiguous', 'RFC 5652 §5.4 content that reads as signed attributes');
  return whole;
}

/** Signed attributes passed off as content: their signature would fit. */
function looksLikeAttributes(content: Uint8Array): boolean {
  if (content[0] !== tags.set) return false;
  try {
    const outer = new DerReader(content);
    const { attributes } = parseAttributeSet(outer.set());
    return attributes.some(({ oid }) => oid === oids.messageDigest);
  } catch (error) {
    if (error instanceof PkiError) return false;
    throw error;
  }
}

type Description = Omit<SignerVerdict, 'intact' | 'problems' | 'digest' | 'signingCertificate' | 'signedOutOfOrder'>;

function describe(signedData: SignedBy, signerInfo: SignerInfo, report: Report): Description {
  const { signedAttributes = [], unsignedAttributes, signature } = signerInfo;
  const optional = <T>(oid: string, parse: (value: Uint8Array) => T): T | undefined => {
    const single = singleValue(signedAttributes, oid);
    if ('value' in single) return readOr(() => parse(single.value), report);
    if (single.problem === 'attribute-repeated') report('attribute-repeated', oid);
    return undefined;
  };
  return {
    claimedSigningTime: optional(oids.signingTime, parseSigningTime),
    signaturePolicy: optional(oids.signaturePolicyIdentifier, parseSignaturePolicy),
    commitmentTypes: readOr(() => parseCommitmentTypes(signedAttributes), report) ?? [],
    signatureTimestamps: valuesOf(unsignedAttributes, oids.timeStampToken),
    contentTimestamps: valuesOf(signedAttributes, oids.contentTimestamp),
    evidence: listEvidence(signedData, signerInfo),
    messageImprintDigest: (digest) => createHash(digest).update(signature).digest(),
  };
}
