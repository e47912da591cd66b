import { timingSafeEqual } from 'node:crypto';
import { PkiError } from '../error.ts';
import { DerReader } from '../asn1/der-reader.ts';
import { oids } from '../asn1/oids.ts';
import type { Certificate } from '../certificate/parse.ts';
import { readAlgorithm, type AlgorithmIdentifier } from '../keys/algorithm.ts';
import {
  parseAlgorithmProtection, parseContentType, parseMessageDigest, parseSigningCertificate, singleValue,
} from './attributes.ts';
import type { SignerInfo } from './signed-data.ts';
import { matchesEssCertId } from './signer-certificate.ts';

export type AttributeProblem =
  | 'message-digest-mismatch' | 'content-type-mismatch' | 'attribute-missing' | 'attribute-repeated' | 'attribute-malformed'
  | 'signing-certificate-mismatch' | 'algorithm-mismatch';

export type Report<Code> = (code: Code, rule: string) => void;

export interface AttributeSubject {
  /** undefined: the content has no type, and the attribute must be absent (RFC 5652 §11.4) */
  contentType: string | undefined;
  signerInfo: SignerInfo;
  certificate: Certificate;
  /** undefined when there is no content to compare with, which is reported elsewhere */
  contentDigest: Uint8Array | undefined;
}

/**
 * Checks the signed attributes that bind: content type, message digest (RFC 5652 §11), signing certificate (RFC 5035),
 * algorithm protection (RFC 6211). Attributes we do not know are ignored, as §5.3 has it.
 */
export function checkSignedAttributes(subject: AttributeSubject, report: Report<AttributeProblem>): 'v2' | 'v1' | 'absent' {
  const { signerInfo, contentDigest } = subject;
  const attributes = signerInfo.signedAttributes ?? [];
  const once = <T>(oid: string, needed: boolean, parse: (value: Uint8Array) => T): T | undefined => {
    const single = singleValue(attributes, oid);
    if ('value' in single) return readOr(() => parse(single.value), report);
    if (needed || single.problem !== 'attribute-missing') report(single.problem, oid);
    return undefined;
  };

  const contentType = once(oids.contentType, subject.contentType !== undefined, parseContentType);
  if (contentType !== undefined && contentType !== subject.contentType) report('content-type-mismatch', 'RFC 5652 §11.1');
  const digest = once(oids.messageDigest, true, parseMessageDigest);
  if (digest && contentDigest && !sameBytes(digest, contentDigest)) report('message-digest-mismatch', 'RFC 5652 §11.2');
  const protection = once(oids.cmsAlgorithmProtection, false, parseAlgorithmProtection);
  if (protection && !isProtected(signerInfo, protection)) report('algorithm-mismatch', 'RFC 6211 §2');

  let bound: 'v2' | 'v1' | 'absent' = 'absent';
  for (const version of [1, 2] as const) {
    const oid = version === 1 ? oids.signingCertificate : oids.signingCertificateV2;
    const ids = once(oid, false, (value) => parseSigningCertificate(value, version));
    if (!ids) continue;
    bound = `v${version}`;
    if (!matchesEssCertId(ids[0]!, subject.certificate)) report('signing-certificate-mismatch', 'RFC 5035 §5.4');
  }
  return bound;
}

function isProtected(signerInfo: SignerInfo, protection: ReturnType<typeof parseAlgorithmProtection>): boolean {
  const digest = readAlgorithm(new DerReader(signerInfo.digestAlgorithmDer));
  return sameAlgorithm(protection.digestAlgorithm, digest)
    && protection.signatureAlgorithm !== undefined && sameAlgorithm(protection.signatureAlgorithm, signerInfo.signatureAlgorithm);
}

function sameAlgorithm(a: AlgorithmIdentifier, b: AlgorithmIdentifier): boolean {
  return a.oid === b.oid && Buffer.compare(a.parameters ?? new Uint8Array(0), b.parameters ?? new Uint8Array(0)) === 0;
}

/** What `read` returns, or a problem in place of its PkiError. */
export function readOr<T>(read: () => T, report: Report<'attribute-malformed'>): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    report('attribute-malformed', error.rule);
    return undefined;
  }
}

/** Equality that takes the same time wherever the first difference is. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
