import { derNull, oid, sequence } from '../asn1/der-writer.ts';
import { oids } from '../asn1/oids.ts';
import type { AlgorithmIdentifier, Digest } from '../keys/algorithm.ts';

const rsaWith: Readonly<Partial<Record<Digest, string>>> = {
  sha1: oids.sha1WithRSAEncryption,
  sha224: oids.sha224WithRSAEncryption,
  sha256: oids.sha256WithRSAEncryption,
  sha384: oids.sha384WithRSAEncryption,
  sha512: oids.sha512WithRSAEncryption,
};

/**
 * The signature algorithm with its digest. CMS may name RSA alone, the digest is then digestAlgorithm's (RFC 3370 §3.2).
 * Undefined when the pair means nothing to us.
 */
export function completeAlgorithm(algorithm: AlgorithmIdentifier, digest: Digest): AlgorithmIdentifier | undefined {
  if (algorithm.oid !== oids.rsaEncryption) return algorithm;
  const combined = rsaWith[digest];
  const { parameters } = algorithm;
  if (combined === undefined || (parameters !== undefined && Buffer.compare(parameters, derNull) !== 0)) return undefined;
  return { oid: combined, parameters: derNull, der: sequence(oid(combined), derNull) };
}

/** Signature algorithms without a digest of their own: which digestAlgorithm they allow beside signed attributes. */
const allowedDigests: Readonly<Record<string, readonly Digest[]>> = {
  // RFC 8419 §3.1
  [oids.ed25519]: ['sha512'],
  // RFC 8419 §3.1 asks for SHAKE256, which is none of our digests
  [oids.ed448]: [],
  // RFC 9882 §3.3: at least as strong as the key
  [oids.mlDsa44]: ['sha256', 'sha384', 'sha512', 'sha3-256', 'sha3-384', 'sha3-512'],
  [oids.mlDsa65]: ['sha384', 'sha512', 'sha3-384', 'sha3-512'],
  [oids.mlDsa87]: ['sha512', 'sha3-512'],
};

/**
 * Whether digestAlgorithm goes with the signature algorithm.
 * @param signed the digest that the signature algorithm itself names; undefined for EdDSA and ML-DSA
 */
export function digestAgrees(signatureOid: string, digest: Digest, signed: Digest | undefined): boolean {
  if (signed !== undefined) return signed === digest;
  return allowedDigests[signatureOid]?.includes(digest) ?? false;
}
