import { constants, verify, type KeyObject, type VerifyKeyObjectInput } from 'node:crypto';
import { promisify } from 'node:util';
import { openSequence } from '../asn1/der-reader.ts';
import { tags } from '../asn1/tags.ts';
import { integerOctets } from '../asn1/values.ts';
import { PkiError } from '../error.ts';
import type { AlgorithmIdentifier, Digest } from './algorithm.ts';
import { keyObjectOf, rsaNumbersOf, type Curve, type PublicKey } from './public-key.ts';
import { parsePssParameters, signatureMethodOf, type SignatureMethod } from './signature-algorithm.ts';

export type SignatureVerdict =
  | { valid: true; digest: Digest | undefined }
  | { valid: false; reason: 'algorithm-not-supported' | 'algorithm-mismatch' | 'key-not-supported' | 'signature-invalid' };

/** Under 1,024 bits a modulus is factored at home; over 16,384 one check costs seconds. What is strong enough is policy. */
const minModulusBits = 1_024;
const maxModulusBits = 16_384;

const orders: Readonly<Record<Curve, Uint8Array>> = {
  'P-256': Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex'),
  'P-384': Buffer.from('ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973', 'hex'),
  'P-521': Buffer.from('01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409', 'hex'),
};

const refused = (reason: Extract<SignatureVerdict, { valid: false }>['reason']): SignatureVerdict => ({ valid: false, reason });

/**
 * Checks a signature under the algorithm it names. Never throws on what strangers sent: everything is a verdict.
 * Parameters are strict, the key must be of the algorithm's kind, ECDSA values strict DER within the order.
 */
export function verifySignature(algorithm: AlgorithmIdentifier, key: PublicKey, signed: Uint8Array, signature: Uint8Array): SignatureVerdict {
  const question = questionOf(algorithm, key, signature);
  if ('valid' in question) return question;
  try {
    return answerOf(question, verify(question.digest, signed, question.key, signature));
  } catch {
    return refused('signature-invalid');
  }
}

/** The same on the thread pool, for where many are checked and the caller's thread has something else to do. */
export async function verifySignatureOnPool(
  algorithm: AlgorithmIdentifier, key: PublicKey, signed: Uint8Array, signature: Uint8Array,
): Promise<SignatureVerdict> {
  const question = questionOf(algorithm, key, signature);
  if ('valid' in question) return question;
  try {
    return answerOf(question, await verifyOnPool(question.digest, signed, question.key, signature));
  } catch {
    return refused('signature-invalid');
  }
}

const verifyOnPool = promisify(verify);

/** What is left to ask node:crypto, once algorithm, key and signature fit each other. */
interface Question { digest: Digest | null; key: KeyObject | VerifyKeyObjectInput }

function questionOf(algorithm: AlgorithmIdentifier, key: PublicKey, signature: Uint8Array): Question | SignatureVerdict {
  const method = signatureMethodOf(algorithm);
  if (!method) return refused('algorithm-not-supported');
  if (key.type === 'unsupported') return refused('key-not-supported');
  if (!fits(method, key)) return refused('algorithm-mismatch');
  if (key.type === 'rsa' && !usableRsa(key)) return refused('key-not-supported');
  try {
    const made = keyObjectOf(key);
    if (method.family === 'ecdsa' && !inRange(signature, orders[key.curve!])) return refused('signature-invalid');
    return questionTo(method, made);
  } catch (error) {
    return refused(error instanceof PkiError && error.code === 'key-malformed' ? 'key-not-supported' : 'signature-invalid');
  }
}

const answerOf = ({ digest }: Question, valid: boolean): SignatureVerdict =>
  (valid ? { valid: true, digest: digest ?? undefined } : refused('signature-invalid'));

/** A key says what it may be used with: its family, and for PSS keys the parameters as well (RFC 4055 §3.3). */
function fits(method: SignatureMethod, key: PublicKey): boolean {
  switch (method.family) {
    case 'rsa':
      return key.type === 'rsa' && !key.pssOnly;
    case 'rsa-pss': {
      if (key.type !== 'rsa') return false;
      if (!key.pssOnly || key.algorithm.parameters === undefined) return true;
      const limits = parsePssParameters(key.algorithm.parameters);
      return limits !== undefined && limits.digest === method.digest && method.saltOctets >= limits.saltOctets;
    }
    case 'ecdsa':
      return key.type === 'ec';
    case 'raw':
      return key.type === method.type;
  }
}

function usableRsa(key: PublicKey): boolean {
  if (key.bits < minModulusBits || key.bits > maxModulusBits) return false;
  const { exponent } = rsaNumbersOf(key);
  return exponent >= 3n && (exponent & 1n) === 1n;
}

function questionTo(method: SignatureMethod, key: KeyObject): Question {
  switch (method.family) {
    // PKCS #1 v1.5 is what a key that is no PSS key does by itself; an object that names it costs node 20 µs of looking what it is
    case 'rsa':
    case 'ecdsa':
      return { digest: method.digest, key };
    case 'rsa-pss':
      return { digest: method.digest, key: { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: method.saltOctets } };
    case 'raw':
      return { digest: null, key };
  }
}

/** ECDSA-Sig-Value in DER with 0 < r, s < n (RFC 3279 §2.2.3, FIPS 186-5 §6.4.2). @throws PkiError `asn1-*` */
function inRange(signature: Uint8Array, order: Uint8Array): boolean {
  const reader = openSequence(signature);
  const [r, s] = [integerOctets(reader.read(tags.integer)), integerOctets(reader.read(tags.integer))];
  reader.end();
  return isBelow(r, order) && isBelow(s, order);
}

/** True if these octets of an INTEGER are above 0 and below the order, both shortest and so comparable octet by octet. */
function isBelow(octets: Uint8Array, order: Uint8Array): boolean {
  const magnitude = octets[0] === 0 ? octets.subarray(1) : octets;
  if (magnitude.length === 0 || octets[0]! >= 0x80) return false;
  return magnitude.length < order.length || (magnitude.length === order.length && Buffer.compare(magnitude, order) < 0);
}
