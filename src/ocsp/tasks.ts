import type { JobTask } from '../jobs/task.ts';
import { renewResponders } from './responder.ts';

export const ocspTasks: readonly JobTask[] = [
  { name: 'renew-ocsp-responders', cron: '17 * * * *', run: async (services) => void (await renewResponders(services)) },
];
