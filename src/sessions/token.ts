import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const form = /^[A-Za-z0-9_-]{43}$/;

/** A secret of 256 random bits, for a cookie or a link. */
export function buildToken(random: (bytes: number) => Uint8Array): string {
  return Buffer.from(random(32)).toString('base64url');
}

/** What is stored of a token. One plain SHA-256 is enough for 256 random bits; undefined for what has not the form of one. */
export function hashToken(token: string): Buffer | undefined {
  return form.test(token) ? createHash('sha256').update(token).digest() : undefined;
}

/** The secret that every form of a session carries; whoever has not the cookie cannot know it. */
const formSecret = (token: string): Buffer => createHmac('sha256', token).update('form').digest();

/**
 * The secret for one page, under a pad of its own: in compressed pages a secret that is always the same could be guessed
 * from their lengths (BREACH).
 */
export function buildFormToken(token: string, random: (bytes: number) => Uint8Array): string {
  const pad = random(32);
  return Buffer.concat([pad, xor(pad, formSecret(token))]).toString('base64url');
}

/** Whether a form's secret is that of the session; compared in constant time. */
export function matchesFormToken(token: string, sent: string): boolean {
  if (!/^[A-Za-z0-9_-]{86}$/.test(sent)) return false;
  const bytes = Buffer.from(sent, 'base64url');
  return timingSafeEqual(xor(bytes.subarray(0, 32), bytes.subarray(32)), formSecret(token));
}

const xor = (a: Uint8Array, b: Uint8Array): Buffer => Buffer.from(a.map((byte, i) => byte ^ b[i]!));
