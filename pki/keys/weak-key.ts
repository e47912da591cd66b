import { hexOf } from '../asn1/values.ts';
import { hasKeyObject, isUsableKey } from './curve-point.ts';
import { rsaNumbersOf, spkiHash, type PublicKey } from './public-key.ts';
import { publishedKeys } from './published-keys.ts';
import { hasClosePrimes, hasRocaFingerprint, smallFactorOf } from './weak-rsa.ts';

export interface KeyWeakness {
  code: 'key-too-weak' | 'key-compromised' | 'algorithm-not-allowed';
  /** what is wrong, with where it is written */
  rule: string;
}

/** RSA below this is not issued (NIST SP 800-57 part 1 §5.6.2); above the upper bound one check costs seconds. */
const minModulusBits = 2_048;
const maxModulusBits = 16_384;
/** NIST SP 800-56B §6.2: 65537 to 2^256 - 1. */
const minExponent = 65_537n;
const maxExponent = (1n << 256n) - 1n;

const weak = (rule: string): KeyWeakness => ({ code: 'key-too-weak', rule });
const compromised = (rule: string): KeyWeakness => ({ code: 'key-compromised', rule });

/** Verdicts by SPKI hash; one issue asks three times about the same key. Null: nothing against it. */
const judged = new Map<string, KeyWeakness | null>();
const mostJudged = 1_000;

/**
 * Why no certificate may be made for this key; undefined when nothing is known against it. Which kinds of key a profile
 * takes, and whether a key was seen before, are questions for others.
 */
export function findKeyWeakness(key: PublicKey): KeyWeakness | undefined {
  if (key.type === 'unsupported') return { code: 'algorithm-not-allowed', rule: `key algorithm ${key.algorithm.oid}` };
  const hash = hexOf(spkiHash(key));
  const known = judged.get(hash);
  if (known !== undefined) return known ?? undefined;
  const weakness = judge(key, hash);
  if (judged.size === mostJudged) judged.clear();
  judged.set(hash, weakness ?? null);
  return weakness;
}

function judge(key: PublicKey, hash: string): KeyWeakness | undefined {
  const published = publishedKeys.get(hash);
  if (published !== undefined) return compromised(`the private key is public: ${published}`);
  if (key.type === 'rsa') return findRsaWeakness(key);
  // making a key object costs half as much as checking a signature; a point can be told from its coordinates
  return (key.type === 'ec' ? isUsableKey(key) : hasKeyObject(key)) ? undefined : weak(`no ${key.type} key: FIPS 186-5, a point off the curve`);
}

function findRsaWeakness(key: PublicKey): KeyWeakness | undefined {
  if (key.bits < minModulusBits) return weak(`RSA of ${key.bits} bits, at least ${minModulusBits} (NIST SP 800-57)`);
  if (key.bits > maxModulusBits) return weak(`RSA of ${key.bits} bits, at most ${maxModulusBits}`);
  const { modulus, exponent } = rsaNumbersOf(key);
  if (exponent % 2n === 0n) return weak('even RSA exponent (FIPS 186-5 §5.1)');
  if (exponent < minExponent || exponent > maxExponent) return weak('RSA exponent from 65537 to 2^256-1 (FIPS 186-5 §5.1)');
  const factor = smallFactorOf(modulus);
  if (factor !== undefined) return weak(`the RSA modulus is divisible by ${factor}`);
  if (hasRocaFingerprint(modulus)) return compromised('ROCA (CVE-2017-15361)');
  if (hasClosePrimes(modulus)) return compromised('RSA primes close together (CVE-2022-26320)');
  return undefined;
}
