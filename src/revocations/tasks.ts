import type { JobTask } from '../jobs/task.ts';
import { mailCodes } from './give-code.ts';

/** Soon after each issue, without being part of it: issuing does not wait for mail. */
export const revocationTasks: readonly JobTask[] = [
  { name: 'mail-revocation-codes', cron: '* * * * *', run: async (services) => void (await mailCodes(services)) },
];
