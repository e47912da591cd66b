import type { Knex } from 'knex';
import { findPage, type Page, type PageRequest } from '../database/paging.ts';
import type { Tx } from '../services.ts';
import { canonicalJson, type AuditEntry } from './leaf.ts';

export type AuditRow = AuditEntry & { sequence: number };
export interface SealRow {
  number: number; firstSequence: number; lastSequence: number; entryCount: number;
  root: Buffer; previousHash: Buffer; hash: Buffer; sealedAt: Date;
}
export interface AuditFilter {
  actorId?: string | undefined; action?: string | undefined; subjectType?: string | undefined; subjectId?: string | undefined;
  requestId?: string | undefined; from?: Date | undefined; until?: Date | undefined;
}

const entryColumns = [
  'sequence', 'at', 'actorId', 'actorKind', 'actorName', 'action', 'subjectType', 'subjectId', 'before', 'after', 'requestId',
] as const;
const sealColumns = ['number', 'firstSequence', 'lastSequence', 'entryCount', 'root', 'previousHash', 'hash', 'sealedAt'] as const;

// The writers' side is the trigger join_writers of migration 0001.
const writersLock = 7_218_317;
const longestWait = '5s';

/** Appends entries in their order, in one statement. */
export async function insertEntries(tx: Tx, entries: readonly (AuditEntry & { leafHash: Buffer })[]): Promise<void> {
  const column = <T>(pick: (entry: AuditEntry & { leafHash: Buffer }) => T): T[] => entries.map(pick);
  // '' stands for SQL's null: drivers and array types agree on texts
  const json = (value: unknown): string => (value === undefined || value === null ? '' : canonicalJson(value));
  await tx.raw(
    `insert into audit_entries (at, actor_id, actor_kind, actor_name, action, subject_type, subject_id, before, after, request_id, leaf_hash)
     select e.at, e.actor_id, e.actor_kind, e.actor_name, e.action, e.subject_type, e.subject_id,
       nullif(e.before, '')::jsonb, nullif(e.after, '')::jsonb, e.request_id, e.leaf_hash
     from unnest(?::timestamptz[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bytea[])
       with ordinality as e (at, actor_id, actor_kind, actor_name, action, subject_type, subject_id, before, after, request_id, leaf_hash, place)
     order by e.place`,
    [
      column((e) => e.at), column((e) => e.actorId), column((e) => e.actorKind), column((e) => e.actorName),
      column((e) => e.action), column((e) => e.subjectType), column((e) => e.subjectId),
      column((e) => json(e.before)), column((e) => json(e.after)), column((e) => e.requestId), column((e) => e.leafHash),
    ],
  );
}

/** Newest first. */
export async function listEntries(db: Knex, filter: AuditFilter, page: PageRequest): Promise<Page<AuditRow>> {
  const { from, until, ...equal } = filter;
  const query = db('audit_entries').select(...entryColumns);
  for (const [column, value] of Object.entries(equal)) if (value !== undefined) void query.where(column, value);
  if (from) void query.where('at', '>=', from);
  if (until) void query.where('at', '<', until);
  return findPage(query, ['sequence'], page, 'desc');
}

/** Entries with their stored leaf hashes, `after` < sequence <= `last`. */
export async function listWholeEntries(db: Knex, after: number, last: number, limit: number): Promise<(AuditRow & { leafHash: Buffer })[]> {
  return db('audit_entries').where('sequence', '>', after).where('sequence', '<=', last).orderBy('sequence').limit(limit)
    .select(...entryColumns, 'leafHash');
}

export async function listLeaves(db: Knex, after: number, limit: number): Promise<{ sequence: number; leafHash: Buffer }[]> {
  return db('audit_entries').where('sequence', '>', after).orderBy('sequence').limit(limit).select('sequence', 'leafHash');
}

/** Waits until no transaction that wrote entries is open; a moment later writers go on. */
export async function lockOutWriters(tx: Tx): Promise<void> {
  await tx.raw(`set local lock_timeout = '${longestWait}'`);
  await tx.raw('select pg_advisory_xact_lock(?)', [writersLock]);
}

export async function findLastSeal(db: Knex): Promise<SealRow | undefined> {
  return db('audit_seals').orderBy('number', 'desc').first(...sealColumns);
}

export async function listSeals(db: Knex): Promise<SealRow[]> {
  return db('audit_seals').orderBy('number').select(...sealColumns);
}

export async function insertSeal(tx: Tx, seal: SealRow): Promise<void> {
  await tx('audit_seals').insert(seal);
}
