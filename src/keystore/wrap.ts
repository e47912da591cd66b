import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Problem } from '../problems.ts';
import type { Kek, KekRing } from './kek.ts';

const nonceOctets = 12;
const tagOctets = 16;

export interface WrappedKey { id: string; wrapped: Uint8Array; kekId: string }

/**
 * AES-256-GCM (NIST SP 800-38D) with a fresh nonce: nonce, ciphertext, tag. The key's id is authenticated with it,
 * so a wrapped key put into another row does not open.
 */
export function wrapKey(kek: Kek, keyId: string, pkcs8: Uint8Array): WrappedKey {
  const nonce = randomBytes(nonceOctets);
  const cipher = createCipheriv('aes-256-gcm', kek.key, nonce).setAAD(Buffer.from(keyId));
  const wrapped = Buffer.concat([nonce, cipher.update(pkcs8), cipher.final(), cipher.getAuthTag()]);
  return { id: keyId, wrapped, kekId: kek.id };
}

/**
 * The PKCS#8 bytes. The caller clears them after use.
 * @throws Problem `keystore-unavailable` when the key-encryption key is not at hand or does not open it
 */
export function unwrapKey(ring: KekRing, { id, wrapped, kekId }: WrappedKey): Buffer {
  const kek = ring.find((k) => k.id === kekId);
  if (!kek) throw new Problem('keystore-unavailable', { key: id, reason: 'unknown key-encryption key' });
  try {
    const decipher = createDecipheriv('aes-256-gcm', kek.key, wrapped.subarray(0, nonceOctets), { authTagLength: tagOctets });
    decipher.setAAD(Buffer.from(id)).setAuthTag(wrapped.subarray(-tagOctets));
    const opened = decipher.update(wrapped.subarray(nonceOctets, -tagOctets));
    decipher.final();
    return opened;
  } catch {
    throw new Problem('keystore-unavailable', { key: id, reason: 'the wrapped key does not open' });
  }
}
