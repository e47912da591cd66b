import { DerReader } from '../asn1/der-reader.ts';
import { integer, sequence } from '../asn1/der-writer.ts';
import { hexOf } from '../asn1/values.ts';
import { readAlgorithm, schemeDigest, signatureAlgorithmDer, type AlgorithmIdentifier, type Digest, type SignatureScheme } from '../keys/algorithm.ts';
import type { Curve, PublicKey } from '../keys/public-key.ts';
import { verifySignature } from '../keys/verify.ts';

interface JwsAlgorithm { scheme: SignatureScheme; curve?: Curve; /** of one of r and s */ octets?: number }

/**
 * The `alg` values that are accepted, asymmetric ones alone (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2): with `none`
 * anyone signs, and with HMAC anyone who has the public key (RFC 8725 §2.1, §3.1).
 */
const algorithms: ReadonlyMap<string, JwsAlgorithm> = new Map<string, JwsAlgorithm>([
  ['RS256', { scheme: 'rsa-sha256' }], ['RS384', { scheme: 'rsa-sha384' }], ['RS512', { scheme: 'rsa-sha512' }],
  ['PS256', { scheme: 'rsa-pss-sha256' }], ['PS384', { scheme: 'rsa-pss-sha384' }], ['PS512', { scheme: 'rsa-pss-sha512' }],
  ['ES256', { scheme: 'ecdsa-sha256', curve: 'P-256', octets: 32 }],
  ['ES384', { scheme: 'ecdsa-sha384', curve: 'P-384', octets: 48 }],
  ['ES512', { scheme: 'ecdsa-sha512', curve: 'P-521', octets: 66 }],
  ['EdDSA', { scheme: 'ed25519' }], ['Ed25519', { scheme: 'ed25519' }],
]);

/** ETSI TS 119 182-1 §5.2.2.3, §5.2.8: the names of digests, of those that still stand. */
const digests: ReadonlyMap<string, Digest> = new Map<string, Digest>([
  ['S256', 'sha256'], ['S384', 'sha384'], ['S512', 'sha512'], ['S3-256', 'sha3-256'], ['S3-384', 'sha3-384'], ['S3-512', 'sha3-512'],
]);

export const digestByJwsName = (name: string): Digest | undefined => digests.get(name);

/** What an accepted `alg` amounts to in X.509's terms; undefined for every other. */
export function algorithmOf(alg: string): { identifier: AlgorithmIdentifier; digest: Digest } | undefined {
  const known = algorithms.get(alg);
  return known && { identifier: identifierOf(known.scheme), digest: schemeDigest(known.scheme) };
}

const identifierOf = (scheme: SignatureScheme): AlgorithmIdentifier => readAlgorithm(new DerReader(signatureAlgorithmDer(scheme)));

export type JwsSignatureProblem = 'algorithm-not-supported' | 'algorithm-mismatch' | 'key-not-supported' | 'signature-invalid';

/** Checks a JWS signature value; the key must be of the kind and curve that `alg` names (RFC 7518 §3.4). */
export function checkJwsSignature(alg: string, key: PublicKey, signingInput: Uint8Array, signature: Uint8Array): JwsSignatureProblem | undefined {
  const known = algorithms.get(alg);
  if (!known) return 'algorithm-not-supported';
  if (known.curve !== undefined && known.curve !== key.curve) return 'algorithm-mismatch';
  const value = known.octets === undefined ? signature : ecdsaDer(signature, known.octets);
  if (!value) return 'signature-invalid';
  const verdict = verifySignature(identifierOf(known.scheme), key, signingInput, value);
  return verdict.valid ? undefined : verdict.reason;
}

/** r and s side by side (RFC 7518 §3.4) as ECDSA-Sig-Value. */
function ecdsaDer(signature: Uint8Array, octets: number): Uint8Array | undefined {
  if (signature.length !== 2 * octets) return undefined;
  return sequence(integer(BigInt(`0x${hexOf(signature.subarray(0, octets))}`)), integer(BigInt(`0x${hexOf(signature.subarray(octets))}`)));
}
