import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { Problem } from '../problems.ts';
import type { Secrets, Services } from '../services.ts';
import type { KekRing } from './kek.ts';
import { findDataKey, insertDataKey, lockOutRotation } from './store.ts';
import { unwrapKey, wrapKey } from './wrap.ts';

const nonceOctets = 12;
const tagOctets = 16;

/**
 * Secrets under one data key per installation, made on first use. It is wrapped like the private keys and rewrapped with
 * them, so that exchanging the key-encryption key touches one row and not every sealed secret. Each purpose has its own
 * key (HKDF, RFC 5869), sealed with AES-256-GCM (NIST SP 800-38D): nonce, ciphertext, tag.
 * @param ringFor the key-encryption keys, read anew where the one with this id is not known; without an id always anew
 */
export function openSecrets(
  { db, now, random }: Pick<Services, 'db' | 'now' | 'random'>, ringFor: (kekId?: string) => Promise<KekRing>,
): Secrets {
  let master: Promise<Buffer> | undefined;
  const masterKey = async (): Promise<Buffer> => {
    master ??= loadOrCreate(db, { now, random }, ringFor);
    master.catch(() => { master = undefined; });
    return master;
  };
  const keyFor = async (purpose: string): Promise<Buffer> => Buffer.from(hkdfSync('sha256', await masterKey(), Buffer.alloc(0), `antin ${purpose}`, 32));
  return {
    async seal(purpose, id, plain) {
      const nonce = Buffer.from(random(nonceOctets));
      const cipher = createCipheriv('aes-256-gcm', await keyFor(`seal ${purpose}`), nonce).setAAD(Buffer.from(id));
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    async open(purpose, id, sealed) {
      const key = await keyFor(`seal ${purpose}`);
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceOctets), { authTagLength: tagOctets });
        decipher.setAAD(Buffer.from(id)).setAuthTag(sealed.subarray(-tagOctets));
        return Buffer.concat([decipher.update(sealed.subarray(nonceOctets, -tagOctets)), decipher.final()]);
      } catch {
        throw new Problem('keystore-unavailable', { reason: 'a sealed secret does not open' });
      }
    },
    async fingerprint(purpose, value) {
      return createHmac('sha256', await keyFor(`fingerprint ${purpose}`)).update(value).digest();
    },
  };
}

async function loadOrCreate(db: Knex, { now, random }: Pick<Services, 'now' | 'random'>, ringFor: (kekId?: string) => Promise<KekRing>): Promise<Buffer> {
  const row = (await findDataKey(db)) ?? (await db.transaction(async (tx) => {
    await lockOutRotation(tx);
    const fresh = Buffer.from(random(32));
    const wrapped = wrapKey((await ringFor())[0], randomUUID(), fresh);
    fresh.fill(0);
    await insertDataKey(tx, { ...wrapped, createdAt: now() });
    // of two nodes that begin together one made it, and both use that one
    return findDataKey(tx);
  }));
  if (!row) throw new Problem('keystore-unavailable', { reason: 'there is no data key' });
  return unwrapKey(await ringFor(row.kekId), row);
}
