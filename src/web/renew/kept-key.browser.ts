import { assembleEncryptedKey } from '../../../pki/keys/pkcs12-build.ts';
import { children, integerOf } from './der.browser.ts';
import { decryptAes256, fromBase64, keyIterations, pageCrypto, toBase64 } from './page-crypto.browser.ts';

/** Under the hash of its public key, encrypted under the person's password: all that ever leaves the page's memory. */
const nameOf = (keyHash: string): string => `antin-key-${keyHash}`;

/** Keeps a private key, encrypted, in this browser until its certificate is there. */
export async function keepKey(keyHash: string, pkcs8: Uint8Array, password: string): Promise<void> {
  localStorage.setItem(nameOf(keyHash), toBase64(await assembleEncryptedKey(pkcs8, { password, iterations: keyIterations }, pageCrypto)));
}

export const hasKey = (keyHash: string): boolean => keyHash !== '' && localStorage.getItem(nameOf(keyHash)) !== null;
export const forgetKey = (keyHash: string): void => localStorage.removeItem(nameOf(keyHash));

/** The key again. @throws Error where the password is not the one */
export async function readKey(keyHash: string, password: string): Promise<Uint8Array> {
  return openKey(fromBase64(localStorage.getItem(nameOf(keyHash)) ?? ''), password);
}

/** PKCS#8 out of an EncryptedPrivateKeyInfo of ours: PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC. */
export async function openKey(encrypted: Uint8Array, password: string): Promise<Uint8Array> {
  const [algorithm, ciphertext] = children(children(encrypted)[0]!.content);
  const [kdf, cipher] = children(children(algorithm!.content)[1]!.content);
  const [salt, iterations] = children(children(kdf!.content)[1]!.content);
  const iv = children(cipher!.content)[1]!;
  return decryptAes256(ciphertext!.content, { password, salt: salt!.content, iterations: integerOf(iterations!), iv: iv.content });
}
