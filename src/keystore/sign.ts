import { DerReader } from '../../pki/asn1/der-reader.ts';
import { readAlgorithm, signatureAlgorithmDer, type AlgorithmIdentifier, type SignatureScheme } from '../../pki/keys/algorithm.ts';
import type { Signer } from '../../pki/keys/signer.ts';
import { verifySignature } from '../../pki/keys/verify.ts';
import { redeem, type ToBeSigned } from '../../pki/lint/to-be-signed.ts';
import { Problem } from '../problems.ts';

const algorithms = new Map<SignatureScheme, AlgorithmIdentifier>();

/**
 * Signs what the token holds, once, and checks the fresh signature before it leaves: a fault in memory or in a
 * device would otherwise give the key away (RSA-CRT) or put a broken certificate into the world.
 * @throws PkiError `already-signed`
 * @throws Problem `keystore-unavailable` when the signature does not verify or the key is of another scheme
 */
export async function signVerified(signer: Signer, token: ToBeSigned): Promise<Uint8Array> {
  if (token.scheme !== signer.scheme) {
    throw new Problem('keystore-unavailable', { reason: `linted for ${token.scheme}, the key signs ${signer.scheme}` });
  }
  const bytes = redeem(token);
  const signature = await signer.sign(bytes);
  if (!verifySignature(algorithmOf(signer.scheme), signer.publicKey, bytes, signature).valid) {
    throw new Problem('keystore-unavailable', { reason: 'a fresh signature did not verify' });
  }
  return signature;
}

function algorithmOf(scheme: SignatureScheme): AlgorithmIdentifier {
  let algorithm = algorithms.get(scheme);
  if (!algorithm) {
    algorithm = readAlgorithm(new DerReader(signatureAlgorithmDer(scheme)));
    algorithms.set(scheme, algorithm);
  }
  return algorithm;
}
