import type { JobTask } from '../jobs/task.ts';
import { remindOfDeadlines, tellOfUrgent } from './remind.ts';

/** Every day at 07:30 in Vietnam; urgent ones within minutes, day and night. */
export const deadlineTasks: readonly JobTask[] = [
  { name: 'remind-of-deadlines', cron: '30 0 * * *', run: async (services) => void (await remindOfDeadlines(services)) },
  { name: 'tell-of-urgent-revocations', cron: '*/5 * * * *', run: async (services) => void (await tellOfUrgent(services)) },
];
