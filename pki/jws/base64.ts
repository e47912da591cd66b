import { PkiError } from '../error.ts';

const url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const standard = `${url.slice(0, 62)}+/`;

const refused = (rule: string): PkiError => new PkiError('base64-malformed', { rule });

/**
 * Base64url without padding (RFC 7515 §2). The bits that are left over must be zero, so that one value has one text.
 * @throws PkiError `base64-malformed`
 */
export function decodeBase64url(text: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) throw refused('RFC 7515 §2 base64url without padding');
  requireNoBitsLeft(text, url);
  return Buffer.from(text, 'base64url');
}

/**
 * Base64 with padding in one line (RFC 4648 §4), as certificates and tokens stand in JOSE headers (RFC 7515 §4.1.6).
 * @throws PkiError `base64-malformed`
 */
export function decodeBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw refused('RFC 4648 §4 base64 with padding');
  requireNoBitsLeft(text.replace(/={1,2}$/, ''), standard);
  return Buffer.from(text, 'base64');
}

export const encodeBase64url = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');

function requireNoBitsLeft(text: string, alphabet: string): void {
  const unused = text.length % 4 === 2 ? 0b1111 : text.length % 4 === 3 ? 0b11 : 0;
  if (unused !== 0 && (alphabet.indexOf(text.at(-1) ?? '') & unused) !== 0) throw refused('RFC 4648 §3.5 pad bits are zero');
}
