import { DerReader } from '../../pki/asn1/der-reader.ts';
import { readAlgorithm, signatureAlgorithmDer, type AlgorithmIdentifier, type SignatureScheme } from '../../pki/keys/algorithm.ts';
import type { Signer } from '../../pki/keys/signer.ts';
import { verifySignatureOnPool } from '../../pki/keys/verify.ts';
import { redeem, type ToBeSigned } from '../../pki/lint/to-be-signed.ts';
import { Problem } from '../problems.ts';

const algorithms = new Map<SignatureScheme, AlgorithmIdentifier>();

/**
 * Checks each fresh signature before it leaves: a fault in memory or in a device would otherwise give the key away
 * (RSA-CRT) or put something broken into the world. Its `sign` throws Problem `keystore-unavailable`.
 */
export function verifyingSigner(signer: Signer): Signer {
  const { scheme, publicKey } = signer;
  const algorithm = algorithmOf(scheme);
  return {
    scheme, publicKey,
    async sign(bytes) {
      const signature = await signer.sign(bytes);
      if ((await verifySignatureOnPool(algorithm, publicKey, bytes, signature)).valid) return signature;
      throw new Problem('keystore-unavailable', { reason: 'a fresh signature did not verify' });
    },
  };
}

/**
 * Signs what the token holds, once.
 * @throws PkiError `already-signed`
 * @throws Problem `keystore-unavailable` when the key is of another scheme, or as `verifyingSigner`
 */
export async function signToken(signer: Signer, token: ToBeSigned): Promise<Uint8Array> {
  if (token.scheme !== signer.scheme) {
    throw new Problem('keystore-unavailable', { reason: `linted for ${token.scheme}, the key signs ${signer.scheme}` });
  }
  return signer.sign(redeem(token));
}

function algorithmOf(scheme: SignatureScheme): AlgorithmIdentifier {
  let algorithm = algorithms.get(scheme);
  if (!algorithm) {
    algorithm = readAlgorithm(new DerReader(signatureAlgorithmDer(scheme)));
    algorithms.set(scheme, algorithm);
  }
  return algorithm;
}
