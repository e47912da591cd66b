import type { JobTask } from '../jobs/task.ts';
import { deliverWebhooks } from './deliver.ts';
import { sequenceEvents } from './sequence.ts';

/** Both run at once after a commit that calls for them; every minute they make up for what was missed or put off. */
export const eventTasks: readonly JobTask[] = [
  { name: 'sequence-events', cron: '* * * * *', run: async (services) => void (await sequenceEvents(services, { wait: true })) },
  { name: 'deliver-webhooks', cron: '* * * * *', run: deliverWebhooks },
];
