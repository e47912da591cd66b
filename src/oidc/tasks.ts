import type { JobTask } from '../jobs/task.ts';
import { deleteAttempts } from './store.ts';

/** Sign-ins that nobody finished are forgotten. */
export const oidcTasks: readonly JobTask[] = [
  { name: 'forget-oidc-attempts', cron: '37 * * * *', run: async ({ db, now }) => db.transaction((tx) => deleteAttempts(tx, now())) },
];
