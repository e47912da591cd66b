import type { JobTask } from '../jobs/task.ts';
import { refreshTrustLists } from './refresh.ts';

/** Four times a day: who withdraws a service publishes a list at once (ETSI TS 119 612 §5.3.15 asks for half a year at most). */
export const trustListTasks: readonly JobTask[] = [
  { name: 'refresh-trust-lists', cron: '41 */6 * * *', queue: 'trust-lists', run: refreshTrustLists },
];
