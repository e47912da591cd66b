import type { JobTask } from '../jobs/task.ts';
import { resumeIssuing } from './complete.ts';

/** Longer than a living node takes between its two transactions. */
const minAgeMs = 60_000;

export const certificateTasks: readonly JobTask[] = [
  { name: 'resume-issuing', cron: '* * * * *', run: async (services) => void (await resumeIssuing(services, undefined, minAgeMs)) },
];
