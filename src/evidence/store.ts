import type { Knex } from 'knex';
import { findPage, type Page, type PageRequest } from '../database/paging.ts';
import type { Tx } from '../services.ts';
import type { AddressKind } from './address.ts';

export interface CachedRow {
  key: Uint8Array;
  kind: AddressKind;
  url: string;
  bytes: Uint8Array | null;
  failure: string | null;
  fetchedAt: Date;
  expiresAt: Date;
}

/** What an address answered and still holds. */
export async function findCached(db: Knex, key: Uint8Array, at: Date): Promise<CachedRow | undefined> {
  return db('evidence_cache').where({ key: Buffer.from(key) }).where('expires_at', '>', at)
    .first('key', 'kind', 'url', 'bytes', 'failure', 'fetchedAt', 'expiresAt') as Promise<CachedRow | undefined>;
}

export async function putCached(db: Knex, { key, bytes, ...row }: CachedRow): Promise<void> {
  await db('evidence_cache').insert({ ...row, key: Buffer.from(key), bytes: bytes && Buffer.from(bytes) }).onConflict('key').merge();
}

/** Takes out what no longer holds, and beyond `maxBytes` what would end first. @returns how many rows */
export async function tidyCache(db: Knex, at: Date, maxBytes: number): Promise<number> {
  const expired = await db.raw<{ rowCount: number }>('delete from evidence_cache where expires_at <= ?', [at]);
  const surplus = await db.raw<{ rowCount: number }>(
    `delete from evidence_cache where key in (
       select key from (select key, sum(coalesce(length(bytes), 0) + 500) over (order by expires_at desc, key) as total from evidence_cache) c
       where total > ?)`, [maxBytes]);
  return expired.rowCount + surplus.rowCount;
}

export interface AddressRow {
  id: string;
  kind: AddressKind;
  /** DER of the issuer's subject; null: of every issuer */
  issuerName: Uint8Array | null;
  issuerText: string | null;
  prefix: string;
  replacement: string;
  createdAt: Date;
  createdBy: string;
}

const addressColumns = ['id', 'kind', 'issuerName', 'issuerText', 'prefix', 'replacement', 'createdAt', 'createdBy'];

/** All of them, the longest prefix first: the more exact rule counts. */
export async function listOverrides(db: Knex): Promise<AddressRow[]> {
  return db('evidence_addresses').select(addressColumns).orderByRaw('length(prefix) desc, id') as Promise<AddressRow[]>;
}

export async function pageAddresses(db: Knex, page: PageRequest): Promise<Page<AddressRow>> {
  return findPage<AddressRow>(db('evidence_addresses').select(addressColumns), ['prefix', 'id'], page);
}

/** Stores an address unless one for the same is there; says whether it did. */
export async function insertAddress(tx: Tx, row: AddressRow): Promise<boolean> {
  const inserted = await tx('evidence_addresses').insert(row).onConflict().ignore().returning('id');
  return inserted.length === 1;
}

export async function deleteAddress(tx: Tx, id: string): Promise<AddressRow | undefined> {
  const [row] = await tx('evidence_addresses').where({ id }).delete().returning(addressColumns) as AddressRow[];
  return row;
}

export interface ObjectRow { sha256: Uint8Array; kind: 'certificate' | 'crl' | 'ocsp'; bytes: Uint8Array; firstUsedAt: Date }

export async function insertObjects(tx: Tx, rows: readonly ObjectRow[]): Promise<void> {
  if (rows.length > 0) await tx('evidence_objects').insert(rows).onConflict('sha256').ignore();
}

/** The bytes with a hash: what was fetched or answered, or one of our own lists. */
export async function findObject(db: Knex, sha256: Uint8Array): Promise<Pick<ObjectRow, 'kind' | 'bytes'> | undefined> {
  const { rows } = await db.raw<{ rows: Pick<ObjectRow, 'kind' | 'bytes'>[] }>(
    `select kind, bytes from evidence_objects where sha256 = :sha256
     union all (select 'crl', der from crls where sha256(der) = :sha256 limit 1) limit 1`, { sha256: Buffer.from(sha256) });
  return rows[0];
}

/** Which of these hashes are lists of our own. */
export async function listOwnCrlHashes(db: Knex, hashes: readonly Uint8Array[]): Promise<Uint8Array[]> {
  if (hashes.length === 0) return [];
  const { rows } = await db.raw<{ rows: { sha256: Uint8Array }[] }>('select sha256(der) from crls where sha256(der) = any(?)', [Array.from(hashes, (each) => Buffer.from(each))]);
  return rows.map(({ sha256 }) => sha256);
}

/** Our CA certificates: first those that may have issued (by subject or key), then the rest, for the way up. */
export async function findIssuerCertificates(db: Knex, subjectDer: Uint8Array, keyIdentifier: Uint8Array | null, most: number): Promise<Uint8Array[]> {
  const { rows } = await db.raw<{ rows: { der: Uint8Array }[] }>(
    `select c.der from authority_generations g join certificates c on c.id = g.certificate_id where c.der is not null
     order by (g.subject_der = ? or g.key_identifier = ?) desc, g.created_at desc limit ?`, [Buffer.from(subjectDer), Buffer.from(keyIdentifier ?? subjectDer), most]);
  return rows.map(({ der }) => der);
}

/** A certificate of ours by its issuer's subject and its serial number's magnitude. */
export async function findSignerCertificates(db: Knex, issuerDer: Uint8Array, serialNumber: Uint8Array): Promise<Uint8Array[]> {
  const { rows } = await db.raw<{ rows: { der: Uint8Array }[] }>(
    `select c.der from certificates c join authority_generations g on g.id = c.generation_id
     where c.serial_number = ? and g.subject_der = ? and c.der is not null limit 4`, [Buffer.from(serialNumber), Buffer.from(issuerDer)]);
  return rows.map(({ der }) => der);
}
