import type { JobTask } from '../jobs/task.ts';
import { renewTimestampUnit } from './unit.ts';

export const timestampTasks: readonly JobTask[] = [
  { name: 'renew-timestamp-unit', cron: '23 3 * * *', run: renewTimestampUnit },
];
