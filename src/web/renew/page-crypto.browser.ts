import { rehash } from './rehash.browser.ts';
import type { Encryption, Pkcs12Crypto, Protection } from '../../../pki/keys/pkcs12-build.ts';

/** So many rounds of PBKDF2 guard the key in the file; each guess of the password costs as many. */
export const keyIterations = 600_000;
/** Of the MAC's older derivation, which guards the same password: 0.4 s on a desk. */
export const macIterations = 300_000;

const buffer = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

async function aesKey({ password, salt, iterations }: Protection, usage: 'encrypt' | 'decrypt'): ReturnType<typeof crypto.subtle.deriveKey> {
  const secret = await crypto.subtle.importKey('raw', new TextEncoder().encode(password), 'PBKDF2', false, ['deriveKey']);
  return crypto.subtle.deriveKey({ name: 'PBKDF2', hash: 'SHA-256', salt: buffer(salt), iterations }, secret, { name: 'AES-CBC', length: 256 }, false, [usage]);
}

/** @throws DOMException where the password is not the one */
export async function decryptAes256(ciphertext: Uint8Array, { iv, ...protection }: Encryption): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-CBC', iv: buffer(iv) }, await aesKey(protection, 'decrypt'), buffer(ciphertext)));
}

/** HMAC-SHA-256 with the derivation of RFC 7292 appendix B.2 for 32 octets, which SHA-256 makes in one block. */
async function macSha256(content: Uint8Array, { password, salt, iterations }: Protection): Promise<Uint8Array> {
  const secret = new Uint8Array(password.length * 2 + 2);
  for (let i = 0; i < password.length; i++) new DataView(secret.buffer).setUint16(i * 2, password.charCodeAt(i));
  const filled = (bytes: Uint8Array): Uint8Array => Uint8Array.from({ length: 64 * Math.ceil(bytes.length / 64) }, (_, i) => bytes[i % bytes.length]!);
  let key: Uint8Array<ArrayBuffer> = new Uint8Array([...new Uint8Array(64).fill(3), ...filled(salt), ...filled(secret)]);
  key = rehash(new Uint8Array(await crypto.subtle.digest('SHA-256', key)), iterations - 1);
  const hmac = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', hmac, buffer(content)));
}

/** The cryptography of a page, for the files that the server writes in the same way. */
export const pageCrypto: Pkcs12Crypto = {
  random: (octets) => crypto.getRandomValues(new Uint8Array(octets)),
  sha1: async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-1', buffer(bytes))),
  encryptAes256: async (plaintext, { iv, ...protection }) =>
    new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-CBC', iv: buffer(iv) }, await aesKey(protection, 'encrypt'), buffer(plaintext))),
  macSha256,
};

export const toBase64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
export const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
