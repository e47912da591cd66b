import type { JobTask } from '../jobs/task.ts';
import { deleteRestedBuckets } from './store.ts';

/** Longer than any bucket takes to fill. */
const restedMs = 3_600_000;

export const rateTasks: readonly JobTask[] = [
  { name: 'forget-rates', cron: '17 * * * *', run: ({ db, now }) => deleteRestedBuckets(db, new Date(now().getTime() - restedMs)) },
];
