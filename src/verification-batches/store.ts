import type { Knex } from 'knex';
import type { Tx } from '../services.ts';

export type BatchState = 'receiving' | 'running' | 'finished' | 'given-up';

export interface BatchRow {
  id: string;
  askedBy: string;
  askerName: string;
  agencyPath: string | null;
  state: BatchState;
  policy: string;
  validationTime: Date | null;
  bytes: number;
  createdAt: Date;
  finishedAt: Date | null;
  /** the last sign of life of whoever works on it */
  beatAt: Date;
}

const columns = ['id', 'askedBy', 'askerName', 'agencyPath', 'state', 'policy', 'validationTime', 'bytes', 'createdAt', 'finishedAt', 'beatAt'];

export interface FileRow {
  batchId: string;
  position: number;
  size: number;
  parts: number;
  /** sealed: a file's name can name a person */
  name: Uint8Array;
  claimedAt: Date | null;
  doneAt: Date | null;
  indication: string | null;
  /** sealed answer or problem, JSON */
  outcome: Uint8Array | null;
}

const fileColumns = ['batchId', 'position', 'size', 'parts', 'name', 'claimedAt', 'doneAt', 'indication', 'outcome'];

export async function insertBatch(tx: Tx, row: BatchRow): Promise<void> {
  await tx('verification_batches').insert(row);
}

/** Makes room be counted by one at a time, so that two batches together do not pass a limit. */
export async function lockRoom(tx: Tx): Promise<void> {
  await tx.raw("select pg_advisory_xact_lock(hashtext('verification_batches'))");
}

export async function countOpen(tx: Tx, askedBy: string): Promise<{ ofAsker: number; bytes: number }> {
  const { rows } = await tx.raw<{ rows: { ofAsker: number; bytes: number }[] }>(
    `select count(*) filter (where asked_by = ?)::int as of_asker, coalesce(sum(bytes), 0)::float8 as bytes
     from verification_batches where state in ('receiving', 'running')`, [askedBy]);
  return rows[0]!;
}

export async function findBatch(db: Knex, id: string, lock = false): Promise<BatchRow | undefined> {
  const query = db('verification_batches').where({ id }).first(columns);
  return (lock ? query.forUpdate() : query) as Promise<BatchRow | undefined>;
}

export async function markBatch(db: Knex, id: string, change: Partial<Omit<BatchRow, 'id'>>): Promise<void> {
  await db('verification_batches').where({ id }).update(change);
}

export async function insertPart(db: Knex, part: { batchId: string; position: number; part: number; bytes: Uint8Array }): Promise<void> {
  await db('verification_batch_parts').insert({ ...part, bytes: Buffer.from(part.bytes) });
}

export async function insertFile(db: Knex, row: Pick<FileRow, 'batchId' | 'position' | 'size' | 'parts' | 'name'>): Promise<void> {
  await db('verification_batch_files').insert(row);
}

/** Takes the next file that nobody has, or whose taker has died. Two takers never get the same. */
export async function claimFile(db: Knex, batchId: string, { at, deadBefore }: { at: Date; deadBefore: Date }): Promise<FileRow | undefined> {
  const { rows } = await db.raw<{ rows: FileRow[] }>(
    `update verification_batch_files f set claimed_at = :at where (batch_id, position) = (
       select batch_id, position from verification_batch_files
       where batch_id = :batchId and done_at is null and (claimed_at is null or claimed_at < :deadBefore) order by position limit 1 for update skip locked)
     returning f.batch_id, f.position, f.size::float8 as size, f.parts, f.name, f.claimed_at, f.done_at, f.indication, f.outcome`, { at, batchId, deadBefore });
  return rows[0];
}

/** Gives a claimed file back to whoever comes next. */
export async function releaseFile(db: Knex, { batchId, position }: Pick<FileRow, 'batchId' | 'position'>): Promise<void> {
  await db('verification_batch_files').where({ batchId, position }).whereNull('doneAt').update({ claimedAt: null });
}

export async function readParts(db: Knex, { batchId, position }: Pick<FileRow, 'batchId' | 'position'>): Promise<Uint8Array[]> {
  return db('verification_batch_parts').where({ batchId, position }).orderBy('part').pluck('bytes') as Promise<Uint8Array[]>;
}

/** Writes an outcome once and lets the document go in the same transaction; false where somebody else did. */
export async function markDone(tx: Tx, { batchId, position }: Pick<FileRow, 'batchId' | 'position'>, outcome: { doneAt: Date; indication: string | null; outcome: Uint8Array }): Promise<boolean> {
  const marked = await tx('verification_batch_files').where({ batchId, position }).whereNull('doneAt').update({ ...outcome, outcome: Buffer.from(outcome.outcome) });
  await tx('verification_batch_parts').where({ batchId, position }).delete();
  return marked === 1;
}

export async function deleteParts(tx: Tx, batchId: string): Promise<void> {
  await tx('verification_batch_parts').where({ batchId }).delete();
}

export async function countFiles(db: Knex, batchId: string): Promise<{ files: number; done: number; indications: Record<string, number> }> {
  const { rows } = await db.raw<{ rows: { indication: string | null; files: number; done: number }[] }>(
    `select coalesce(indication, 'PROBLEM') as indication, count(*)::int as files, count(done_at)::int as done
     from verification_batch_files where batch_id = ? group by 1`, [batchId]);
  const sum = (of: (row: { files: number; done: number }) => number): number => rows.reduce((total, row) => total + of(row), 0);
  return {
    files: sum(({ files }) => files), done: sum(({ done }) => done),
    indications: Object.fromEntries(rows.filter(({ done }) => done > 0).map(({ indication, done }) => [indication ?? 'PROBLEM', done])),
  };
}

export async function listDone(db: Knex, batchId: string, { after, limit }: { after: number; limit: number }): Promise<FileRow[]> {
  return db('verification_batch_files').where({ batchId }).where('position', '>', after).whereNotNull('doneAt').orderBy('position').limit(limit).select(fileColumns) as Promise<FileRow[]>;
}

/** Running ones whose worker gave no sign since. */
export async function listIdle(db: Knex, state: 'running' | 'receiving', before: Date): Promise<string[]> {
  return db('verification_batches').where({ state }).where('beat_at', '<', before).orderBy('beat_at').pluck('id') as Promise<string[]>;
}

/** Takes whole batches away, documents first. @returns how many */
export async function deleteBatches(tx: Tx, ids: readonly string[]): Promise<number> {
  await tx('verification_batch_parts').whereIn('batch_id', ids).delete();
  return tx('verification_batches').whereIn('id', ids).delete();
}

export async function listEnded(db: Knex, before: Date): Promise<string[]> {
  return db('verification_batches').whereIn('state', ['finished', 'given-up']).where('finished_at', '<', before).limit(500).pluck('id') as Promise<string[]>;
}

/** Documents without a batch: what a receiver that died between two statements left. */
export async function deleteStrayParts(tx: Tx): Promise<void> {
  await tx.raw('delete from verification_batch_parts p where not exists (select from verification_batches b where b.id = p.batch_id)');
}
