import type { JobTask } from '../jobs/task.ts';
import type { Services } from '../services.ts';
import { resumeIssuing } from './complete.ts';
import { insertTexts } from './store.ts';

/** Longer than a living node takes between its two transactions. */
const minAgeMs = 60_000;
const textsAtOnce = 2_000;

/** Lets the text index find what was prepared since; until then a search looks through it. */
export async function indexNew({ db }: Pick<Services, 'db'>): Promise<void> {
  while ((await db.transaction((tx) => insertTexts(tx, textsAtOnce))) > 0);
}

export const certificateTasks: readonly JobTask[] = [
  { name: 'resume-issuing', cron: '* * * * *', run: async (services) => void (await resumeIssuing(services, undefined, minAgeMs)) },
  { name: 'index-certificates', cron: '* * * * *', queue: 'index-certificates', run: indexNew },
];
