import { createPrivateKey, generateKeyPair, randomUUID, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { SignatureScheme } from '../../pki/keys/algorithm.ts';
import type { PublicKey } from '../../pki/keys/public-key.ts';
import { signerFrom, type Signer } from '../../pki/keys/signer.ts';
import type { KekSource } from '../config.ts';
import { Problem } from '../problems.ts';
import type { Keystore, KeySpec, Services, Tx } from '../services.ts';
import { readKekRing, type KekRing } from './kek.ts';
import { openSecrets } from './secrets.ts';
import { signToken, verifyingSigner } from './sign.ts';
import { findKey, findNewestKey, insertKey, lockOutRotation, type KeyRow } from './store.ts';
import { unwrapKey, wrapKey } from './wrap.ts';

const generate = promisify(generateKeyPair) as (type: string, options: object) => Promise<{ privateKey: KeyObject }>;

/**
 * Keys made by node:crypto, wrapped in the database under a key-encryption key. An opened key stays in memory
 * as a KeyObject and never leaves this folder.
 */
export async function openSoftwareKeystore(
  services: Pick<Services, 'db' | 'now' | 'log' | 'random'>, source: KekSource,
): Promise<Keystore> {
  const { db, now, log, random } = services;
  const { ring, created } = await readKekRing(source, random);
  if (created && 'file' in source) {
    log.warn({ file: source.file }, 'a new key-encryption key was created: keep a copy of this file apart from the database, without it no CA key opens');
  }
  let keks: KekRing = ring;
  const signers = new Map<string, Promise<Signer>>();

  async function load(keyId: string): Promise<Signer> {
    const row = await findKey(db, keyId);
    if (!row) throw new Problem('keystore-unavailable', { key: keyId, reason: 'there is no such key' });
    return openSigner(await ringFor(row.kekId), row);
  }

  // a rotation may have passed since the keys were read
  async function ringFor(kekId?: string): Promise<KekRing> {
    if (!keks.some((kek) => kek.id === kekId)) keks = (await readKekRing(source, random)).ring;
    return keks;
  }

  async function signerOf(keyId: string): Promise<Signer> {
    let signer = signers.get(keyId);
    if (!signer) {
      signer = load(keyId);
      signers.set(keyId, signer);
      signer.catch(() => signers.delete(keyId));
    }
    return signer;
  }

  return {
    signerOf,
    signLinted: async (keyId, token) => signToken(await signerOf(keyId), token),
    async createKey(tx: Tx, spec: KeySpec): Promise<{ keyId: string; publicKey: PublicKey; scheme: SignatureScheme }> {
      const privateKey = await generateKey(spec);
      await lockOutRotation(tx);
      keks = await ringFor();
      const keyId = randomUUID();
      const { publicKey, scheme } = signerFrom(privateKey, optionsFor(spec));
      const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
      const { wrapped, kekId } = wrapKey(keks[0], keyId, pkcs8);
      pkcs8.fill(0);
      await insertKey(tx, { id: keyId, provider: 'software', scheme, spki: publicKey.der, wrapped, kekId, createdAt: now() });
      return { keyId, publicKey, scheme };
    },
    async ready(): Promise<boolean> {
      const row = await findNewestKey(db);
      if (row) await signerOf(row.id);
      return true;
    },
    secrets: openSecrets({ db, now, random }, ringFor),
  };
}

async function generateKey(spec: KeySpec): Promise<KeyObject> {
  const { privateKey } = spec.type === 'rsa' ? await generate('rsa', { modulusLength: spec.bits, publicExponent: 65_537 })
    : spec.type === 'ec' ? await generate('ec', { namedCurve: spec.curve })
    : await generate(spec.type, {});
  return privateKey;
}

function optionsFor(spec: KeySpec): { pss?: boolean; digest?: 'sha384' } {
  if (spec.type !== 'rsa') return {};
  // SHA-256 has the strength of a modulus of 3072 bits (NIST SP 800-57 part 1 §5.6.1)
  return { ...(spec.pss ? { pss: true } : {}), ...(spec.bits > 3072 ? { digest: 'sha384' as const } : {}) };
}

/** @throws Problem `keystore-unavailable` when the stored public key is not that of the private one */
function openSigner(ring: KekRing, row: KeyRow): Signer {
  const pkcs8 = unwrapKey(ring, row);
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  pkcs8.fill(0);
  const digest = /sha(256|384|512)$/.exec(row.scheme)?.[0] as 'sha256' | 'sha384' | 'sha512' | undefined;
  const signer = signerFrom(privateKey, { pss: row.scheme.startsWith('rsa-pss'), ...(digest ? { digest } : {}) });
  if (Buffer.compare(signer.publicKey.der, row.spki) !== 0 || signer.scheme !== row.scheme) {
    throw new Problem('keystore-unavailable', { key: row.id, reason: 'the key does not match its row' });
  }
  return verifyingSigner(signer);
}
