import type { Knex } from 'knex';
import type { Tx } from '../services.ts';

export interface JobOptions {
  runAt?: Date;
  /** A job with the same key that still waits is replaced. */
  key?: string;
  maxAttempts?: number;
  /** Jobs of one queue run one after the other, on whatever node. */
  queue?: string;
}

/** graphile-worker's own function, so the job appears with the commit and not without it. */
export async function insertJob(tx: Tx, task: string, payload: object, options: JobOptions): Promise<void> {
  await tx.raw(
    'select graphile_worker.add_job(?, payload := ?::json, run_at := ?::timestamptz, max_attempts := ?::int, job_key := ?, queue_name := ?)',
    [task, JSON.stringify(payload), options.runAt ?? null, options.maxAttempts ?? 10, options.key ?? null, options.queue ?? null],
  );
}

export interface JobCounts { running: number; waiting: number; failed: number }

/** What graphile-worker's view says of all its jobs; `waiting` are those whose time has come. */
export async function countByState(db: Knex, at: Date): Promise<JobCounts> {
  const { rows } = await db.raw<{ rows: JobCounts[] }>(
    `select count(*) filter (where locked_at is not null)::int as running, count(*) filter (where locked_at is null and attempts < max_attempts and run_at <= ?)::int as waiting,
       count(*) filter (where attempts >= max_attempts)::int as failed from graphile_worker.jobs`, [at]);
  return rows[0]!;
}
