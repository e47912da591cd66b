import type { Services } from '../services.ts';
import { countByState, type JobCounts } from './store.ts';

/** How many background jobs run, wait, and were given up after their last attempt. */
export async function countJobs({ db, now }: Pick<Services, 'db' | 'now'>): Promise<JobCounts> {
  return countByState(db, now());
}
