import type { Knex } from 'knex';
import { recordAudit } from '../audit/record.ts';
import type { Page, PageRequest } from '../database/paging.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { previewCrl } from './check.ts';
import { insertAllLines, newJob } from './create.ts';
import { decideInTransaction, type BulkDecisionOrder } from './decide.ts';
import { writeResults } from './show.ts';
import { findJob, hashLines, insertJob, listLines, lockJob, markBeat, markJob, type JobState, type LineRow, type LineState, type PlacedJob, type ShownLine } from './store.ts';

export type { JobState, LineRow, LineState, PlacedJob } from './store.ts';

export interface PlannedJob { id: string; title: string; /** SHA-256 of what else is approved with the lines */ planHash: Uint8Array; lines: readonly LineRow[] }

/**
 * A job whose lines another noun has made from the registers: it is checked already, and waits for its approvals. It takes the
 * same way from there, and its lines the same operations, as a file's.
 */
export async function createPlannedJob(services: Pick<Services, 'now'>, tx: Tx, actor: Actor, { id, title, planHash, lines }: PlannedJob): Promise<Uint8Array> {
  await insertJob(tx, { ...newJob(id, actor, services.now()), operation: 'reorganise', agencyId: null, fileName: title, fileHash: planHash, lines: lines.length });
  await insertAllLines(tx, lines);
  const crl = await previewCrl(services, tx, id);
  const contentHash = await hashLines(tx, id);
  await markJob(tx, id, { state: 'checked', contentHash, crlEntries: crl.entries, crlBytes: crl.bytes, beatAt: null });
  return contentHash;
}

/** @throws Problem `not-found` */
export async function findPlannedJob(db: Knex, id: string): Promise<PlacedJob> {
  const job = await findJob(db, id);
  if (job?.operation !== 'reorganise') throw new Problem('not-found', { bulk: id });
  return job;
}

/** A decision on a planned job, in the transaction of its own noun. @throws as `decideBulk` */
export async function decidePlanned(services: Pick<Services, 'now'>, tx: Tx, actor: Actor, { id, ...order }: BulkDecisionOrder & { id: string }): Promise<JobState> {
  const job = await lockJob(tx, id);
  if (job?.operation !== 'reorganise') throw new Problem('not-found', { bulk: id });
  return decideInTransaction(services, tx, actor, job, order);
}

/** Says that someone is at work on what comes before the lines. */
export async function beatPlanned(tx: Tx, id: string, at: Date): Promise<void> {
  await markBeat(tx, id, at, 0);
}

/** Stops a job whose plan can no longer be carried out, and says why. */
export async function breakOff(tx: Tx, actor: Actor, id: string, reason: string): Promise<void> {
  await markJob(tx, id, { state: 'stopped', reason: reason.slice(0, 2_000) });
  await recordAudit(tx, actor, 'bulk.broken-off', { type: 'bulk', id }, { before: { state: 'running' }, after: { state: 'stopped', reason } });
}

/** @param filter `within`: only certificates that hang below this path of the tree */
export async function listPlannedLines(db: Knex, id: string, filter: { state?: LineState | undefined; kind?: string | undefined; within: string | undefined }, page: PageRequest): Promise<Page<ShownLine>> {
  return listLines(db, id, filter, page);
}

export async function writePlannedResults(db: Knex, id: string, within: string | undefined): Promise<Uint8Array> {
  return writeResults(db, id, 'csv', within);
}
