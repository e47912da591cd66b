import type { JobTask } from '../jobs/task.ts';
import { deleteChallenges } from './store.ts';

const keptMs = 24 * 3_600_000;

/** Challenges are forgotten a day after they are over; until then a used one is told from one that never was. */
export const keyProofTasks: readonly JobTask[] = [
  {
    name: 'forget-key-challenges', cron: '29 * * * *',
    run: async ({ db, now }) => db.transaction((tx) => deleteChallenges(tx, new Date(now().getTime() - keptMs))),
  },
];
