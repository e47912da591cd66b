import { createHash, randomUUID } from 'node:crypto';
import { findOpenAgency } from '../agencies/find.ts';
import { recordAudit } from '../audit/record.ts';
import { addJobOnCommit } from '../jobs/add.ts';
import { Problem } from '../problems.ts';
import type { Transfer } from '../requests/kinds.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { localDate } from '../policies/working-days.ts';
import { readAnyRows, type BulkRow } from './read.ts';
import { findJob, findOpenJob, insertJob, insertLines, type JobRow, type LineRow, type Operation, type PlacedJob } from './store.ts';

export interface BulkOrder {
  operation: Exclude<Operation, 'reorganise'>;
  /** the whole agency it is for: no line reaches beyond it */
  agencyId: string;
  fileName: string;
  bytes: Uint8Array;
  /** requests by e-mail, for a file that has none */
  requests?: Uint8Array | undefined;
  /** of revocations, for lines that name none */
  ground?: string | undefined;
  /** what the transfer of an official means, for lines that do not say it */
  transfer?: Transfer | undefined;
}

/**
 * Takes in a file and queues its dry run. Nothing is done before two operators have approved what the dry run shows.
 * @throws Problem `invalid-fields`, `outside-your-agency`, `unsupported-format`, `document-unreadable`, `too-large`, `duplicate-request` while the same file is open
 */
export async function createBulkJob({ db, now }: Pick<Services, 'db' | 'now'>, actor: Actor, order: BulkOrder): Promise<PlacedJob> {
  const id = randomUUID();
  const at = now();
  const rows = (await readAnyRows(order.bytes, localDate(at), order.requests)).map((row) => withOrders(row, order));
  const fileHash = createHash('sha256').update(order.bytes).update(order.requests ?? '').digest();
  const { operation, agencyId } = order;
  const stored = await db.transaction(async (tx) => {
    const agency = await findOpenAgency(tx, actor, agencyId);
    const job: JobRow = { ...newJob(id, actor, at), operation, agencyId, fileName: order.fileName.replaceAll(/[\p{Cc}\p{Cs}]/gu, '').slice(0, 200), fileHash, lines: rows.length };
    if (!(await insertJob(tx, job))) return false;
    await insertAllLines(tx, rows.map((row) => newLine(id, operation, row)));
    await recordAudit(tx, actor, 'bulk.submitted', { type: 'bulk', id },
      { before: null, after: { operation, agency: agency.code, fileName: job.fileName, fileHash: fileHash.toString('hex'), lines: rows.length } });
    await addJobOnCommit(tx, 'check-bulk', { id });
    return true;
  });
  if (!stored) throw new Problem('duplicate-request', { bulk: (await findOpenJob(db, { agencyId, operation, fileHash }))?.id });
  return (await findJob(db, id))!;
}

/** What is said for the whole file holds where a line says nothing else. */
function withOrders(row: BulkRow, { ground, transfer }: Pick<BulkOrder, 'ground' | 'transfer'>): BulkRow {
  return 'input' in row ? { ...row, input: { ...(ground === undefined ? {} : { ground }), ...(transfer === undefined ? {} : { transfer }), ...row.input } } : row;
}

/** A job as it begins. */
export function newJob(id: string, actor: Actor, at: Date): Omit<JobRow, 'operation' | 'agencyId' | 'fileName' | 'fileHash' | 'lines'> {
  return {
    id, state: 'checking', contentHash: null, crlEntries: null, crlBytes: null, submittedBy: actor.id, submittedName: actor.name, reason: null, createdAt: at,
    startedAt: null, finishedAt: null, beatAt: at, busyMs: 0,
  };
}

/** A line that says nothing yet. */
export const blankLine: Omit<LineRow, 'bulkId' | 'line' | 'id' | 'kind'> = {
  state: 'unchecked', input: null, profile: null, agencyId: null, officialId: null, serviceName: null, certificateId: null, subject: null, subjectText: null,
  csr: null, spki: null, spkiHash: null, days: null, endsAt: null, ground: null, invalidityDate: null, transfer: null, note: null, contentHash: null, newCertificateId: null, problem: null, finishedAt: null,
};

function newLine(bulkId: string, kind: BulkOrder['operation'], row: BulkRow): LineRow {
  const line: LineRow = { ...blankLine, bulkId, line: row.line, id: randomUUID(), kind };
  if ('input' in row) return { ...line, input: row.input };
  return { ...line, state: 'refused', problem: { code: 'malformed-request', facts: { detail: row.broken } } };
}

const linesAtOnce = 5_000;

/** Any number of lines, some thousand to a statement. */
export async function insertAllLines(tx: Tx, lines: readonly LineRow[]): Promise<void> {
  for (let at = 0; at < lines.length; at += linesAtOnce) await insertLines(tx, lines.slice(at, at + linesAtOnce));
}
