import type { JobTask } from '../jobs/task.ts';
import { remindOfExpiries } from './remind.ts';

/** Every day at 08:00 in Vietnam. */
export const expiryTasks: readonly JobTask[] = [
  { name: 'remind-of-expiries', cron: '0 1 * * *', run: async (services) => void (await remindOfExpiries(services)) },
];
