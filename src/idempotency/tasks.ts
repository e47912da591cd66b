import type { JobTask } from '../jobs/task.ts';
import { deleteRequestsBefore } from './store.ts';

const keptMs = 86_400_000;

export const idempotencyTasks: readonly JobTask[] = [
  { name: 'forget-idempotent-requests', cron: '41 * * * *', run: ({ db, now }) => deleteRequestsBefore(db, new Date(now().getTime() - keptMs)) },
];
