import type { JobTask } from '../jobs/task.ts';
import { checkIdentity } from './check-identity.ts';

export const officialTasks: readonly JobTask[] = [
  {
    name: 'check-identity',
    async run(services, payload) {
      const { officialId, tries } = payload as { officialId: string; tries: number };
      await checkIdentity(services, officialId, tries);
    },
  },
];
