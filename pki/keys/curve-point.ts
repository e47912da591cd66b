import { PkiError } from '../error.ts';
import { hexOf } from '../asn1/values.ts';
import { keyObjectOf, type Curve, type PublicKey } from './public-key.ts';

interface Field { p: bigint; b: bigint; octets: number }

/** y² = x³ - 3x + b modulo p, SP 800-186 §3.2.1. */
const fields: Readonly<Record<Curve, Field>> = {
  'P-256': {
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n, octets: 32,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  'P-384': {
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n, octets: 48,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
  'P-521': {
    p: 2n ** 521n - 1n, octets: 66,
    b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
  },
};

/**
 * True if a key of a certificate is a key at all: a kind we know, and for a curve a point on it. Ten times quicker than making
 * a key object, which is still done for compressed points.
 */
export function isUsableKey(key: PublicKey): boolean {
  if (key.type === 'unsupported') return false;
  if (key.type !== 'ec') return true;
  const { p, b, octets } = fields[key.curve!];
  if (key.keyBits[0] !== 4) return hasKeyObject(key);
  if (key.keyBits.length !== 1 + 2 * octets) return false;
  const point = hexOf(key.keyBits);
  const x = BigInt(`0x${point.slice(2, 2 + 2 * octets)}`);
  const y = BigInt(`0x${point.slice(2 + 2 * octets)}`);
  return x < p && y < p && (y * y - (x * x - 3n) * x - b) % p === 0n;
}

/** Whether node:crypto takes the key at all; it checks that a point lies on its curve. */
export function hasKeyObject(key: PublicKey): boolean {
  try {
    keyObjectOf(key);
    return true;
  } catch (error) {
    if (error instanceof PkiError) return false;
    throw error;
  }
}
