import type { Knex } from 'knex';
import { findPlannedJob, listPlannedLines } from '../bulk/planned.ts';
import { showJob } from '../bulk/show.ts';
import type { Page, PageRequest } from '../database/paging.ts';
import { Problem } from '../problems.ts';
import type { Actor } from '../services.ts';
import { approvedHash } from './decide.ts';
import {
  countFates, countPeople, countSteps, findReorganisation, listFatesPage, listPeople, listReorganisations, type AgencyFate, type PersonRow, type StatedReorganisation, type Steps,
} from './store.ts';

export type ShownReorganisation = Omit<StatedReorganisation, 'actions'> & Omit<Awaited<ReturnType<typeof showJob>>, 'state' | 'id' | 'createdAt' | 'contentHash'> & {
  actions: unknown[];
  contentHash: string;
  people: number;
  /** how far the registers are, before the certificates have their turn */
  registers: Steps;
  certificates: { kind: string; profile: string; ground: string | null; count: number }[];
};

/** A plan with what it touches and how far it is. @throws Problem `not-found`, `outside-your-agency` */
export async function getReorganisation(db: Knex, actor: Actor, id: string): Promise<ShownReorganisation> {
  if (actor.agencyPath !== undefined) throw new Problem('outside-your-agency');
  const plan = await findReorganisation(db, { id });
  if (!plan) throw new Problem('not-found', { reorganisation: id });
  const job = await findPlannedJob(db, plan.bulkId);
  return {
    ...(await showJob(db, job)), ...plan, actions: [...plan.actions], contentHash: approvedHash(job), people: await countPeople(db, id), registers: await countSteps(db, id),
    certificates: (await countFates(db, plan.bulkId)).map(({ n, ...rest }) => ({ ...rest, count: n })),
  };
}

/** Every plan, the newest first. @throws Problem `outside-your-agency` */
export async function findReorganisations(db: Knex, actor: Actor, page: PageRequest): Promise<Page<StatedReorganisation>> {
  if (actor.agencyPath !== undefined) throw new Problem('outside-your-agency');
  return listReorganisations(db, page);
}

export interface ReorganisationPreview { agencies: Page<AgencyFate>; people: Page<PersonRow>; lines: Awaited<ReturnType<typeof listPlannedLines>> }

/** The first agencies, people and certificates of a plan, and whether there are more. */
export async function previewReorganisation(db: Knex, { id, bulkId }: Pick<StatedReorganisation, 'id' | 'bulkId'>, limit: number): Promise<ReorganisationPreview> {
  const [agencies, people, lines] = await Promise.all([listFatesPage(db, id, { limit }), listPeople(db, id, { limit }), listPlannedLines(db, bulkId, {}, { limit })]);
  return { agencies, people, lines };
}
