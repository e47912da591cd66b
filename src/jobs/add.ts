import type { Tx } from '../services.ts';
import { insertJob, type JobOptions } from './store.ts';

/** Queues a job that exists if and only if the transaction commits. */
export async function addJobOnCommit(tx: Tx, task: string, payload: object = {}, options: JobOptions = {}): Promise<void> {
  await insertJob(tx, task, payload, options);
}
