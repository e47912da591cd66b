import { findAgencyByCode } from '../agencies/find.ts';
import type { Page, PageRequest } from '../database/paging.ts';
import type { Kind } from '../requests/kinds.ts';
import type { Actor, Services } from '../services.ts';
import { countWork, listWork, type Step, type WorkItem } from './store.ts';

export { steps, type Step, type WorkItem } from './store.ts';

/** What somebody narrows the list down to. */
export interface WorkQuestion { step?: Step | undefined; kind?: Kind | undefined; urgent?: boolean | undefined; late?: boolean | undefined; q?: string | undefined; agency?: string | undefined }

/** The steps that wait for this person: a registrar confirms, an operator examines and approves. */
export function ownSteps({ permissions }: Pick<Actor, 'permissions'>): Step[] {
  const own: Step[] = [];
  if (permissions.has('request:confirm')) own.push('confirm');
  if (permissions.has('request:examine')) own.push('examine');
  if (permissions.has('request:approve')) own.push('approve');
  return own.length > 0 ? own : ['examine', 'approve'];
}

/** The requests that wait, within the actor's own tree of agencies. @throws Problem `not-found` for an agency that is not there */
export async function findWork({ db, now }: Pick<Services, 'db' | 'now'>, actor: Actor, { step, agency, late, ...rest }: WorkQuestion, page: PageRequest): Promise<Page<WorkItem>> {
  const top = agency === undefined ? undefined : await findAgencyByCode(db, agency);
  const within = [actor.agencyPath, top?.path].filter((path) => path !== undefined);
  return listWork(db, { ...rest, steps: step ? [step] : ownSteps(actor), within, dueBefore: late ? now() : undefined }, page);
}

/** How much waits for each step, and how much of it is late. */
export async function countWaiting({ db, now }: Pick<Services, 'db' | 'now'>, actor: Actor): Promise<Record<Exclude<Step, 'ended'>, number> & { late: number }> {
  const rows = await countWork(db, actor.agencyPath, now());
  const of = (state: string): number => rows.find((row) => row.state === state)?.waiting ?? 0;
  return { confirm: of('draft'), examine: of('confirmed'), approve: of('examined'), returned: of('returned'), late: rows.reduce((sum, { late }) => sum + late, 0) };
}
