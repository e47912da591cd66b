import { timingSafeEqual } from 'node:crypto';
import type { Services } from '../services.ts';

/** Crockford's Base32: no letter that is taken for another one. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const length = 16;
const wholeCode = new RegExp(`^[${letters}]{${length}}$`);

/** A new revocation code of 80 random bits, as it is shown: `7Q2M-X0AB-99KD-TR5E`. */
export function buildCode(services: Pick<Services, 'random'>): string {
  const symbols = [...services.random(length)].map((byte) => letters[byte & 31]!);
  return symbols.join('').replaceAll(/.{4}(?=.)/g, '$&-');
}

/** A code as it was typed, in one form; undefined for what cannot be one. */
export function parseCode(typed: string): string | undefined {
  const code = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return wholeCode.test(code) ? code : undefined;
}

/**
 * What is stored of a code: HMAC-SHA-256 under a key that the database does not hold, bound to the certificate. With 80
 * random bits there is nothing to be guessed that a slow hash would slow down.
 */
export async function hashCode({ keystore }: Pick<Services, 'keystore'>, certificateId: string, code: string): Promise<Uint8Array> {
  return keystore.secrets.fingerprint('revocation code', Buffer.from(`${certificateId} ${parseCode(code) ?? ''}`));
}

/** Compares in constant time. */
export const sameHash = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);
