import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { EvidenceBytes } from '../../pki/validation/evidence.ts';
import { Problem } from '../problems.ts';
import type { EvidenceHash } from '../receipts/sign.ts';
import type { Services, Tx } from '../services.ts';
import { findObject, insertObjects, listOwnCrlHashes, type ObjectRow } from './store.ts';

/** What an answer rested on beside its document: each thing once, by hash. */
export function packageOf(found: readonly EvidenceBytes[], at: Date): ObjectRow[] {
  const rows = new Map<string, ObjectRow>();
  const add = (kind: ObjectRow['kind'], list: readonly Uint8Array[]): void => {
    for (const bytes of list) {
      const sha256 = createHash('sha256').update(bytes).digest();
      rows.set(sha256.toString('hex'), { sha256, kind, bytes, firstUsedAt: at });
    }
  };
  for (const { certificates, crls, ocspResponses } of found) {
    add('certificate', certificates);
    add('crl', crls);
    add('ocsp', ocspResponses);
  }
  // in one order, so that two who keep the same at once do not wait for each other
  return [...rows.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

export const hashesOf = (rows: readonly ObjectRow[]): EvidenceHash[] => rows.map(({ kind, sha256 }) => ({ kind, sha256: Buffer.from(sha256).toString('hex') }));

/** Those whose bytes are nowhere else yet: our own lists stay where they were published from. */
export async function newObjects(db: Knex, rows: readonly ObjectRow[]): Promise<ObjectRow[]> {
  const own = new Set((await listOwnCrlHashes(db, rows.filter(({ kind }) => kind === 'crl').map(({ sha256 }) => Buffer.from(sha256)))).map(hex));
  return rows.filter(({ sha256 }) => !own.has(hex(sha256)));
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Keeps the bytes with the answer that names them, in its transaction. */
export async function keepObjects(tx: Tx, rows: readonly ObjectRow[]): Promise<void> {
  await insertObjects(tx, rows);
}

/** @throws Problem `not-found` */
export async function readObject({ db }: Pick<Services, 'db'>, sha256Hex: string): Promise<Pick<ObjectRow, 'kind' | 'bytes'>> {
  const found = await findObject(db, Buffer.from(sha256Hex, 'hex'));
  if (!found) throw new Problem('not-found', { sha256: sha256Hex });
  return found;
}
