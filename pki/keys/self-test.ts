import { createPrivateKey, createPublicKey, hash, sign, type KeyObject } from 'node:crypto';
import { DerReader } from '../asn1/der-reader.ts';
import { integer, octetString, oid, sequence } from '../asn1/der-writer.ts';
import { oids } from '../asn1/oids.ts';
import { contextPrimitive } from '../asn1/tags.ts';
import { readAlgorithm, signatureAlgorithmDer, type AlgorithmIdentifier, type SignatureScheme } from './algorithm.ts';
import { digestsOfAbc, ed25519, message, mlDsa, publicKeys, signatures } from './known-answers.ts';
import { parsePublicKey, spkiHash, type PublicKey } from './public-key.ts';
import { verifySignature } from './verify.ts';

export interface SelfTest { name: string; ok: boolean }

/**
 * Known answers of every digest and signature algorithm, right ones that must pass and spoilt ones that must not;
 * ML-DSA and Ed25519 also sign. A service in which one is not `ok` must not start.
 */
export function runSelfTests(): SelfTest[] {
  return [
    ...Object.entries(digestsOfAbc).map(([digest, answer]) => selfTest(digest, () => hash(digest, 'abc') === answer)),
    ...signatures.map(({ scheme, key, signature }) => selfTest(scheme, () => {
      const publicKey = parsePublicKey(Buffer.from(publicKeys[key], 'base64'));
      return verifiesOnly(scheme, publicKey, Buffer.from(message), Buffer.from(signature, 'base64'));
    })),
    selfTest('ed25519', testEd25519),
    ...(['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const).map((type) => selfTest(type, () => testMlDsa(type))),
  ];
}

function selfTest(name: string, run: () => boolean): SelfTest {
  try {
    return { name, ok: run() };
  } catch {
    return { name, ok: false };
  }
}

/** The signature is good for the message, and neither for another message nor with one bit turned. */
function verifiesOnly(scheme: SignatureScheme, key: PublicKey, signed: Uint8Array, signature: Uint8Array): boolean {
  const algorithm: AlgorithmIdentifier = readAlgorithm(new DerReader(signatureAlgorithmDer(scheme)));
  const spoilt = Uint8Array.from(signature);
  spoilt[spoilt.length - 1]! ^= 1;
  return verifySignature(algorithm, key, signed, signature).valid
    && !verifySignature(algorithm, key, Uint8Array.of(...signed, 0), signature).valid
    && !verifySignature(algorithm, key, signed, spoilt).valid;
}

function testEd25519(): boolean {
  const privateKey = keyFromSeed(oids.ed25519, octetString(Buffer.from(ed25519.seed, 'hex')));
  const publicKey = publicKeyOf(privateKey);
  const signed = Buffer.from(ed25519.message, 'hex');
  const signature = sign(null, signed, privateKey);
  return Buffer.from(publicKey.keyBits).toString('hex') === ed25519.publicKey
    && signature.toString('hex') === ed25519.signature && verifiesOnly('ed25519', publicKey, signed, signature);
}

const mlDsaOids = { 'ml-dsa-44': oids.mlDsa44, 'ml-dsa-65': oids.mlDsa65, 'ml-dsa-87': oids.mlDsa87 } as const;

/** The key a known seed makes, and a signature of it: ML-DSA signs with chance, so the pair is what can be tested. */
function testMlDsa(type: keyof typeof mlDsaOids): boolean {
  const seed = Uint8Array.from({ length: 32 }, (_, i) => i);
  const privateKey = keyFromSeed(mlDsaOids[type], octetString(seed, contextPrimitive(0)));
  const publicKey = publicKeyOf(privateKey);
  const signed = Buffer.from(message);
  return Buffer.from(spkiHash(publicKey)).toString('hex') === mlDsa[type]
    && verifiesOnly(type, publicKey, signed, sign(null, signed, privateKey));
}

const keyFromSeed = (algorithm: string, privateKey: Uint8Array): KeyObject => createPrivateKey({
  key: Buffer.from(sequence(integer(0), sequence(oid(algorithm)), octetString(privateKey))), format: 'der', type: 'pkcs8',
});

const publicKeyOf = (privateKey: KeyObject): PublicKey => parsePublicKey(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }));
