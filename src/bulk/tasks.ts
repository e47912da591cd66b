import type { JobTask } from '../jobs/task.ts';
import { checkBulkJob } from './check.ts';
import { findIdleJobs, jobIdOf, runBulkJob } from './run.ts';

export const bulkTasks: readonly JobTask[] = [
  { name: 'check-bulk', run: async (services, payload) => checkBulkJob(services, jobIdOf(payload)) },
  { name: 'run-bulk', run: async (services, payload) => runBulkJob(services, jobIdOf(payload)) },
  {
    // the queue keeps a dead node's job for hours; the lines know better
    name: 'resume-bulk', cron: '* * * * *',
    run: async (services) => {
      for (const { id, state } of await findIdleJobs(services, (operation) => operation !== 'reorganise')) {
        await (state === 'checking' ? checkBulkJob(services, id) : runBulkJob(services, id));
      }
    },
  },
];
