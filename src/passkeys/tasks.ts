import type { JobTask } from '../jobs/task.ts';
import { deleteChallenges } from './store.ts';

/** Challenges that nobody answered are forgotten. */
export const passkeyTasks: readonly JobTask[] = [
  { name: 'forget-passkey-challenges', cron: '37 * * * *', run: async ({ db, now }) => db.transaction((tx) => deleteChallenges(tx, now())) },
];
