import type { Knex } from 'knex';
import { requireWithin } from '../access/scope.ts';
import { byteOrderMark, writeCsvRecord } from '../http/csv.ts';
import type { Page, PageRequest } from '../database/paging.ts';
import { Problem } from '../problems.ts';
import type { Actor } from '../services.ts';
import { countLines, findCrlSize, findJob, listApprovals, listJobs, listLinesAfter, listLines, type ApprovalRow, type JobState, type LineState, type PlacedJob, type ShownLine } from './store.ts';

export { lineStates, type JobState, type LineState, type Operation, type ShownLine } from './store.ts';

export interface ShownJob extends Omit<PlacedJob, 'contentHash' | 'fileHash' | 'agencyPath' | 'agencyId' | 'beatAt' | 'busyMs' | 'crlEntries' | 'crlBytes'> {
  contentHash: string | null;
  counts: Record<LineState, number>;
  /** lines a second while it was at work; null before */
  rate: number | null;
  /** what the lists of revoked certificates hold now and will gain; octets of DER */
  crl: { entriesNow: number; bytesNow: number; entriesMore: number; bytesMore: number } | null;
  approvals: (Omit<ApprovalRow, 'bulkId' | 'contentHash'>)[];
}

/** @throws Problem `not-found`, `outside-your-agency` */
export async function getBulkJob(db: Knex, actor: Actor, id: string): Promise<ShownJob> {
  return showJob(db, await ownJob(db, actor, id));
}

/** A job with its progress, as the database has it now. */
export async function showJob(db: Knex, { contentHash, fileHash: _file, agencyPath: _path, agencyId: _agency, beatAt: _beat, busyMs, crlEntries, crlBytes, ...job }: PlacedJob): Promise<ShownJob> {
  const counts = await countLines(db, job.id);
  const now = crlEntries === null ? undefined : await findCrlSize(db, job.id);
  const worked = counts.done + counts.failed + counts.asked;
  return {
    ...job, counts, contentHash: contentHash && Buffer.from(contentHash).toString('hex'), rate: worked > 0 && busyMs > 0 ? Math.round(worked / (busyMs / 1000)) : null,
    crl: now ? { entriesNow: now.entries, bytesNow: now.bytes, entriesMore: crlEntries ?? 0, bytesMore: crlBytes ?? 0 } : null,
    approvals: (await listApprovals(db, job.id)).map(({ bulkId: _bulk, contentHash: _hash, ...approval }) => approval),
  };
}

export async function listBulkJobs(db: Knex, actor: Actor, state: JobState | undefined, page: PageRequest): Promise<Page<ShownJob>> {
  const { items, next } = await listJobs(db, { within: actor.agencyPath, state }, page);
  const shown: ShownJob[] = [];
  for (const job of items) shown.push(await showJob(db, job));
  return { items: shown, next };
}

/** One page of lines. @throws Problem `not-found`, `outside-your-agency` */
export async function listBulkLines(db: Knex, actor: Actor, id: string, filter: { state?: LineState | undefined }, page: PageRequest): Promise<Page<ShownLine>> {
  await ownJob(db, actor, id);
  return listLines(db, id, filter, page);
}

async function ownJob(db: Knex, actor: Actor, id: string): Promise<PlacedJob> {
  const job = await findJob(db, id);
  if (!job || job.operation === 'reorganise') throw new Problem('not-found', { bulk: id });
  requireWithin(actor, job.agencyPath);
  return job;
}

const columns = ['line', 'state', 'kind', 'profile', 'subject', 'serialNumber', 'certificateId', 'newSerialNumber', 'newCertificateId', 'problem', 'facts', 'finishedAt', 'transfer'] as const;
const rowsAtOnce = 5_000;

/** The result of every line, as a file. @throws Problem `not-found`, `outside-your-agency` */
export async function writeBulkResults(db: Knex, actor: Actor, id: string, format: 'csv' | 'jsonl'): Promise<Uint8Array> {
  await ownJob(db, actor, id);
  return writeResults(db, id, format);
}

/** The same for a job of whatever operation. @param within only certificates that hang below this path of the tree */
export async function writeResults(db: Knex, id: string, format: 'csv' | 'jsonl', within?: string): Promise<Uint8Array> {
  const parts: string[] = format === 'csv' ? [byteOrderMark + writeCsvRecord(columns)] : [];
  for (let after = 0; ;) {
    const rows = await listLinesAfter(db, id, { after, limit: rowsAtOnce, within });
    for (const row of rows) {
      const result = resultOf(row);
      parts.push(format === 'csv' ? writeCsvRecord(columns.map((column) => cellOf(result[column]))) : `${JSON.stringify(result)}\n`);
    }
    const last = rows.at(-1);
    if (!last) return Buffer.from(parts.join(''));
    after = last.line;
  }
}

function resultOf({ line, state, kind, profile, subjectText, serialNumber, certificateId, newSerialNumber, newCertificateId, problem, finishedAt, transfer }: ShownLine): Record<(typeof columns)[number], unknown> {
  return {
    line, state, kind, profile, subject: subjectText, serialNumber, certificateId, newSerialNumber, newCertificateId,
    problem: problem?.code ?? null, facts: problem?.facts ?? null, finishedAt, transfer,
  };
}

const cellOf = (value: unknown): string =>
  (value === null || value === undefined ? '' : value instanceof Date ? value.toISOString() : typeof value === 'string' ? value : JSON.stringify(value));
