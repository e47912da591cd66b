import { systemActor } from '../access/actors.ts';
import type { JobTask } from '../jobs/task.ts';
import { publishCrl, publishDueCrls } from './publish.ts';

export const crlTasks: readonly JobTask[] = [
  { name: 'publish-due-crls', cron: '* * * * *', run: async (services) => void (await publishDueCrls(services)) },
  {
    // queued by a revocation that cannot wait; run twice it publishes once more, which harms nobody
    name: 'publish-crl',
    async run(services, payload) {
      const { generationId } = payload as { generationId: string };
      await publishCrl(services, systemActor('publish-crl'), generationId, false);
    },
  },
];
