import { createHash, timingSafeEqual } from 'node:crypto';

export interface NewApiKey { token: string; prefix: string; secretHash: Uint8Array }

const form = /^antin_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

/** A new key `antin_<prefix>_<secret>`: the prefix may be shown and finds it, 256 bits of secret open it. */
export function buildApiKey(random: (bytes: number) => Uint8Array): NewApiKey {
  const prefix = Buffer.from(random(8)).toString('hex');
  const secret = Buffer.from(random(32)).toString('base64url');
  return { token: `antin_${prefix}_${secret}`, prefix, secretHash: hashSecret(secret) };
}

/** The parts of a token, or undefined if it has not the form of one. */
export function parseApiKey(token: string): { prefix: string; secret: string } | undefined {
  const [, prefix, secret] = form.exec(token) ?? [];
  return prefix !== undefined && secret !== undefined ? { prefix, secret } : undefined;
}

/** Compares in constant time. One plain SHA-256 is enough for 256 random bits: there is nothing to guess. */
export function matchesSecret(secret: string, secretHash: Uint8Array): boolean {
  return timingSafeEqual(hashSecret(secret), secretHash);
}

function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
