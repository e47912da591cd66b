import type { JobTask } from '../jobs/task.ts';
import { Problem } from '../problems.ts';
import type { Services } from '../services.ts';
import { runBatch } from './run.ts';
import { deleteBatches, deleteStrayParts, listEnded, listIdle } from './store.ts';

/** Longer than a document takes; a receiver may wait for a slow line between two files. */
const idleMs = { running: 90_000, receiving: 900_000 };
/** Results hold names, so they are not kept for long. Receipts stay. */
const keptMs = 7 * 86_400_000;

export const verificationBatchTasks: readonly JobTask[] = [
  { name: 'run-verification-batch', run: (services, payload) => runBatch(services, idIn(payload)) },
  {
    // the queue keeps a dead node's job for hours; the batches know better
    name: 'resume-verification-batches', cron: '* * * * *',
    run: async (services) => {
      for (const id of await listIdle(services.db, 'running', before(services, idleMs.running))) await runBatch(services, id);
    },
  },
  {
    name: 'tidy-verification-batches', cron: '*/10 * * * *',
    run: async (services) => {
      const { db } = services;
      const left = await listIdle(db, 'receiving', before(services, idleMs.receiving));
      const ended = await listEnded(db, before(services, keptMs));
      await db.transaction(async (tx) => {
        await deleteBatches(tx, [...left, ...ended]);
        await deleteStrayParts(tx);
      });
    },
  },
];

const before = ({ now }: Pick<Services, 'now'>, ms: number): Date => new Date(now().getTime() - ms);

function idIn(payload: unknown): string {
  if (payload instanceof Object && 'id' in payload && typeof payload.id === 'string') return payload.id;
  throw new Problem('malformed-request');
}
