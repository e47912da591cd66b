import type { JobTask } from '../jobs/task.ts';
import { countNew, recount } from './count.ts';

/** Facts and sums follow the events within a minute; once a night, at 02:00 in Vietnam, all is counted anew. */
export const factTasks: readonly JobTask[] = [
  { name: 'count-for-reports', cron: '* * * * *', queue: 'reports', run: async (services) => void (await countNew(services)) },
  { name: 'recount-for-reports', cron: '0 19 * * *', queue: 'reports', run: recount },
];
