import type { Knex } from 'knex';
import { findPlannedJob, listPlannedLines } from '../bulk/planned.ts';
import { showJob } from '../bulk/show.ts';
import type { Page, PageRequest } from '../database/paging.ts';
import { Problem } from '../problems.ts';
import type { Actor } from '../services.ts';
import { approvedHash } from './decide.ts';
import {
  countFates, countPeople, countSteps, findReorganisation, findTouching, listFatesPage, listPeople, listReorganisations, type AgencyFate, type PersonRow, type StatedReorganisation, type Steps,
} from './store.ts';

export type ShownReorganisation = Omit<StatedReorganisation, 'actions'> & Omit<Awaited<ReturnType<typeof showJob>>, 'state' | 'id' | 'createdAt' | 'contentHash'> & {
  actions: unknown[];
  contentHash: string;
  people: number;
  /** how far the registers are, before the certificates have their turn */
  registers: Steps;
  certificates: { kind: string; profile: string; ground: string | null; count: number }[];
};

/** A plan with what it touches and how far it is. Whoever acts for an agency sees those that touch it. @throws Problem `not-found`, `outside-your-agency` */
export async function getReorganisation(db: Knex, actor: Actor, id: string): Promise<ShownReorganisation> {
  const plan = await findReorganisation(db, { id });
  if (!plan) throw new Problem('not-found', { reorganisation: id });
  if (actor.agencyPath !== undefined && !(await findTouching(db, id, actor.agencyPath))) throw new Problem('outside-your-agency');
  const job = await findPlannedJob(db, plan.bulkId);
  return {
    ...(await showJob(db, job)), ...plan, actions: [...plan.actions], contentHash: approvedHash(job), people: await countPeople(db, id), registers: await countSteps(db, id),
    certificates: (await countFates(db, plan.bulkId)).map(({ n, ...rest }) => ({ ...rest, count: n })),
  };
}

/** Every plan that touches the actor's agencies, the newest first. */
export async function findReorganisations(db: Knex, actor: Actor, page: PageRequest): Promise<Page<StatedReorganisation>> {
  return listReorganisations(db, actor.agencyPath, page);
}

export interface ReorganisationPreview { agencies: Page<AgencyFate>; people: Page<PersonRow>; lines: Awaited<ReturnType<typeof listPlannedLines>> }

/** The first agencies, people and certificates of a plan, and whether there are more. People and certificates are those of the actor's agencies. */
export async function previewReorganisation(db: Knex, { agencyPath: within }: Actor, { id, bulkId }: Pick<StatedReorganisation, 'id' | 'bulkId'>, limit: number): Promise<ReorganisationPreview> {
  const [agencies, people, lines] = await Promise.all([listFatesPage(db, id, { limit }), listPeople(db, id, within, { limit }), listPlannedLines(db, bulkId, { within }, { limit })]);
  return { agencies, people, lines };
}
