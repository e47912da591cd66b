import { readFile } from 'node:fs/promises';
import type { Knex } from 'knex';
import type { KekSource } from '../config.ts';
import { kekLine, kekOf, parseKeks, replaceKekFile, type KekRing } from './kek.ts';
import { findDataKey, lockWrappedKeys, markDataKeyRewrapped, markRewrapped } from './store.ts';
import { unwrapKey, wrapKey } from './wrap.ts';

export interface Rotation { keys: number; kekId: string }

/**
 * Exchanges the key-encryption key. With a file: a new key is put first in it, every wrapped key is rewrapped in one
 * transaction, then the old keys leave the file. Interrupted anywhere, the file opens every key and the next run ends the work.
 * With a setting: everything is rewrapped under the first key it lists; the others can then be dropped from it.
 */
export async function rotateKek(db: Knex, source: KekSource, random: (bytes: number) => Uint8Array): Promise<Rotation> {
  if ('text' in source) {
    const ring = parseKeks(source.text);
    return { keys: await rewrapAll(db, ring), kekId: ring[0].id };
  }
  const before = parseKeks(await readFile(source.file, 'utf8'));
  const ring: KekRing = [kekOf(random(32)), ...before];
  await replaceKekFile(source.file, ring.map(kekLine));
  const keys = await rewrapAll(db, ring);
  await replaceKekFile(source.file, [kekLine(ring[0])]);
  return { keys, kekId: ring[0].id };
}

async function rewrapAll(db: Knex, ring: KekRing): Promise<number> {
  return db.transaction(async (tx) => {
    const rows = await lockWrappedKeys(tx);
    for (const row of rows) {
      const pkcs8 = unwrapKey(ring, row);
      await markRewrapped(tx, wrapKey(ring[0], row.id, pkcs8));
      pkcs8.fill(0);
    }
    const dataKey = await findDataKey(tx);
    if (dataKey) await markDataKeyRewrapped(tx, wrapKey(ring[0], dataKey.id, unwrapKey(ring, dataKey)));
    return rows.length;
  });
}
