import { constants, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { PkiError } from '../error.ts';
import { digestOctets, schemeDigest, type SignatureScheme } from './algorithm.ts';
import { parsePublicKey, type PublicKey } from './public-key.ts';

/** A private key at work: pki hands it bytes and never sees the key. */
export interface Signer {
  scheme: SignatureScheme;
  publicKey: PublicKey;
  sign(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

export interface SignerOptions {
  /** RSA: RSASSA-PSS in place of PKCS#1 v1.5 */
  pss?: boolean;
  /** RSA: SHA-256 unless told; EC: the digest of the curve's strength */
  digest?: 'sha256' | 'sha384' | 'sha512';
}

/**
 * A Signer over a key that node:crypto holds. P-256 and Ed25519 sign at once; the slow ones use the thread pool.
 * @throws PkiError `algorithm-not-allowed` for a key of another kind
 */
export function signerFrom(privateKey: KeyObject, options: SignerOptions = {}): Signer {
  const publicKey = parsePublicKey(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }));
  const scheme = schemeFor(publicKey, options);
  const digest = scheme.startsWith('rsa') || scheme.startsWith('ecdsa') ? schemeDigest(scheme) : null;
  const input = scheme.startsWith('rsa-pss')
    ? { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: digestOctets[schemeDigest(scheme)] }
    // the key itself: looking for options around it costs half as much again as a P-256 signature
    : privateKey;
  const quick = publicKey.curve === 'P-256' || publicKey.type === 'ed25519';
  const signNow = (bytes: Uint8Array): Uint8Array => sign(digest, bytes, input);
  const signOnPool = (bytes: Uint8Array): Promise<Uint8Array> => new Promise((resolve, reject) => {
    sign(digest, bytes, input, (error, signature) => (error ? reject(error) : resolve(signature)));
  });
  return { scheme, publicKey, sign: quick ? signNow : signOnPool };
}

/** The scheme a key signs with. @throws PkiError `algorithm-not-allowed` */
export function schemeFor(key: PublicKey, { pss, digest }: SignerOptions = {}): SignatureScheme {
  switch (key.type) {
    case 'rsa':
      return `rsa-${pss || key.pssOnly ? 'pss-' : ''}${digest ?? 'sha256'}`;
    case 'ec':
      return `ecdsa-${digest ?? curveDigest[key.curve!]}`;
    case 'ed25519':
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return key.type;
    default:
      throw new PkiError('algorithm-not-allowed', { rule: `no signing with ${key.type} keys` });
  }
}

const curveDigest = { 'P-256': 'sha256', 'P-384': 'sha384', 'P-521': 'sha512' } as const;
