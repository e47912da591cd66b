import type { JobTask } from '../jobs/task.ts';
import { queueMails } from '../notifications/queue.ts';
import { localDay } from '../policies/working-days.ts';
import type { Services } from '../services.ts';
import { listEnding } from './store.ts';

const warnedMs = 21 * 86_400_000;

/** Reminds people once, three weeks before what they sign in with ends: after that it takes two administrators to let them back. */
export async function remindOfEnding({ db, now, config }: Services): Promise<number> {
  const after = now();
  return db.transaction(async (tx) => {
    const ending = await listEnding(tx, { after, before: new Date(after.getTime() + warnedMs) });
    return queueMails(tx, ending.map(({ id, name, email, operatorName, notAfter }) => ({
      to: email, template: 'operator-certificate-ending', language: 'vi', dedupeKey: `operator-certificate-ending:${id}`,
      facts: { name: operatorName, certificate: name, endsOn: localDay(notAfter), link: `${config.publicUrl}/account/certificates` },
    })));
  });
}

export const clientCertificateTasks: readonly JobTask[] = [
  { name: 'remind-of-operator-certificates', cron: '17 1 * * *', run: async (services) => void (await remindOfEnding(services)) },
];
