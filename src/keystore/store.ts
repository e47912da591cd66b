import type { Knex } from 'knex';
import type { SignatureScheme } from '../../pki/keys/algorithm.ts';
import type { Tx } from '../services.ts';
import type { WrappedKey } from './wrap.ts';

export interface KeyRow {
  id: string;
  provider: 'software' | 'pkcs11';
  scheme: SignatureScheme;
  spki: Uint8Array;
  wrapped: Uint8Array;
  kekId: string;
}

const columns = ['id', 'provider', 'scheme', 'spki', 'wrapped', 'kekId'];

export async function findKey(db: Knex, id: string): Promise<KeyRow | undefined> {
  return db<KeyRow>('keys').where({ id }).first(columns) as Promise<KeyRow | undefined>;
}

/** Some wrapped key, to see whether keys open at all. */
export async function findNewestKey(db: Knex): Promise<KeyRow | undefined> {
  return db<KeyRow>('keys').orderBy('createdAt', 'desc').first(columns) as Promise<KeyRow | undefined>;
}

/** Waits for a rotation under way, and holds the next one off until this transaction ends. */
export async function lockOutRotation(tx: Tx): Promise<void> {
  await tx.raw('lock table keys in row exclusive mode');
}

export async function insertKey(tx: Tx, key: KeyRow & { createdAt: Date }): Promise<void> {
  await tx('keys').insert(key);
}

/** Every wrapped key, while nobody can add one. */
export async function lockWrappedKeys(tx: Tx): Promise<KeyRow[]> {
  await tx.raw('lock table keys in share row exclusive mode');
  return tx<KeyRow>('keys').where({ provider: 'software' }).orderBy('id').select(columns) as Promise<KeyRow[]>;
}

export async function markRewrapped(tx: Tx, key: Pick<KeyRow, 'id' | 'wrapped' | 'kekId'>): Promise<void> {
  await tx('keys').where({ id: key.id }).update({ wrapped: key.wrapped, kekId: key.kekId });
}

/** The key under which small secrets of the database are sealed: one per installation. */
export async function findDataKey(db: Knex): Promise<WrappedKey | undefined> {
  return db('data_keys').first('id', 'wrapped', 'kekId') as Promise<WrappedKey | undefined>;
}

/** Stores the data key unless there is one; who waits here for another's finds that one afterwards. */
export async function insertDataKey(tx: Tx, key: WrappedKey & { createdAt: Date }): Promise<void> {
  await tx('data_keys').insert(key).onConflict('only').ignore();
}

export async function markDataKeyRewrapped(tx: Tx, key: WrappedKey): Promise<void> {
  await tx('data_keys').where({ id: key.id }).update({ wrapped: key.wrapped, kekId: key.kekId });
}
