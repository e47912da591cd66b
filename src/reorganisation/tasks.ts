import { findIdleJobs, jobIdOf } from '../bulk/run.ts';
import type { JobTask } from '../jobs/task.ts';
import { endOverlaps } from './end-overlap.ts';
import { runReorganisation } from './run.ts';

export const reorganisationTasks: readonly JobTask[] = [
  { name: 'run-reorganisation', run: async (services, payload) => runReorganisation(services, jobIdOf(payload)) },
  {
    name: 'resume-reorganisation', cron: '* * * * *',
    run: async (services) => {
      for (const { id, state } of await findIdleJobs(services, (operation) => operation === 'reorganise')) if (state === 'running') await runReorganisation(services, id);
    },
  },
  { name: 'end-overlaps', cron: '17 * * * *', run: async (services) => void (await endOverlaps(services)) },
];
