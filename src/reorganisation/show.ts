import type { Knex } from 'knex';
import { findPlannedJob } from '../bulk/planned.ts';
import { showJob } from '../bulk/show.ts';
import { Problem } from '../problems.ts';
import type { Actor } from '../services.ts';
import { approvedHash } from './decide.ts';
import { countFates, countPeople, countSteps, findReorganisation, type StatedReorganisation, type Steps } from './store.ts';

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
