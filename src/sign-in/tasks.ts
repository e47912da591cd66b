import type { JobTask } from '../jobs/task.ts';
import { deleteLinks } from './store.ts';

const keptMs = 24 * 3_600_000;

/** Links are forgotten a day after they are over; the audit keeps that they were made. */
export const signInTasks: readonly JobTask[] = [
  {
    name: 'forget-sign-in-links', cron: '23 * * * *',
    run: async ({ db, now }) => db.transaction((tx) => deleteLinks(tx, new Date(now().getTime() - keptMs))),
  },
];
