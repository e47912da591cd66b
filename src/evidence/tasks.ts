import type { JobTask } from '../jobs/task.ts';
import { tidyCache } from './store.ts';

/** Fifty of the largest lists there are. */
const maxCacheBytes = 1_073_741_824;

export const evidenceTasks: readonly JobTask[] = [
  {
    name: 'tidy-evidence', cron: '*/5 * * * *',
    run: async ({ db, now }) => { await tidyCache(db, now(), maxCacheBytes); },
  },
];
