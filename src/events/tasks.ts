import type { JobTask } from '../jobs/task.ts';
import { deliverWebhooks, forgetDeliveries } from './deliver.ts';
import { sequenceEvents } from './sequence.ts';

/** Every minute these make up for what was missed or put off; see `watch.ts` for what happens at once. */
export const eventTasks: readonly JobTask[] = [
  { name: 'sequence-events', cron: '* * * * *', run: async (services) => void (await sequenceEvents(services, { wait: true })) },
  { name: 'deliver-webhooks', cron: '* * * * *', queue: 'webhooks', run: deliverWebhooks },
  { name: 'forget-deliveries', cron: '40 19 * * *', run: async (services) => void (await forgetDeliveries(services)) },
];
