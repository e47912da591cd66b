import type { Knex } from 'knex';
import { arrayOf } from '../database/array.ts';
import { findPage, type Page, type PageRequest } from '../database/paging.ts';
import { statement } from '../database/statement.ts';
import type { Tx } from '../services.ts';
import type { AuditEntry, WrittenEntry } from './leaf.ts';

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

const appendEntries = statement('append-audit-entries',
  `insert into audit_entries (at, actor_id, actor_kind, actor_name, action, subject_type, subject_id, before, after, request_id, leaf_hash)
   select ?, e.actor_id, e.actor_kind, e.actor_name, e.action, e.subject_type, e.subject_id,
     nullif(e.before, 'null')::jsonb, nullif(e.after, 'null')::jsonb, e.request_id, e.leaf_hash
   from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bytea[])
     with ordinality as e (actor_id, actor_kind, actor_name, action, subject_type, subject_id, before, after, request_id, leaf_hash, place)
   order by e.place`);

/** Appends entries of one moment in their order, in one statement. */
export async function insertEntries(tx: Tx, at: Date, entries: readonly (WrittenEntry & { leafHash: Buffer })[]): Promise<void> {
  const column = (field: 'actorId' | 'actorKind' | 'actorName' | 'action' | 'subjectType' | 'subjectId' | 'before' | 'after' | 'requestId'): Buffer =>
    arrayOf('text', entries.map((entry) => entry[field]));
  await appendEntries(tx, [
    at, column('actorId'), column('actorKind'), column('actorName'), column('action'), column('subjectType'), column('subjectId'),
    column('before'), column('after'), column('requestId'), arrayOf('bytea', entries.map(({ leafHash }) => leafHash)),
  ]);
}

/**
 * For the rest of the transaction, for a filter by call: the filters of its index leave out nearly all of the table, but the
 * planner takes the numbers of calls for spread evenly over it and holds reading all of it for as cheap.
 */
export async function avoidWholeTable(tx: Tx): Promise<void> {
  await tx.raw('set local enable_seqscan = off');
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

export async function findEntry(db: Knex, sequence: number): Promise<AuditRow | undefined> {
  return db('audit_entries').where({ sequence }).first(...entryColumns);
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
