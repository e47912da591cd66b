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
