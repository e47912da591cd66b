import type { JobTask } from '../jobs/task.ts';
import { deleteEnded } from './store.ts';

const keptMs = 30 * 86_400_000;

/** Sessions that are over are forgotten after a month; the audit keeps that they were. */
export const sessionTasks: readonly JobTask[] = [
  {
    name: 'forget-sessions', cron: '41 2 * * *',
    run: async ({ db, now }) => void (await db.transaction((tx) => deleteEnded(tx, new Date(now().getTime() - keptMs)))),
  },
];
