import { setTimeout as wait } from 'node:timers/promises';
import { decideBulk, type BulkDecisionOrder } from '../bulk/decide.ts';
import { listPlannedLines, writePlannedResults } from '../bulk/planned.ts';
import { getBulkJob, listBulkLines, writeBulkResults, type JobState, type LineState, type ShownJob, type ShownLine } from '../bulk/show.ts';
import type { Page, PageRequest } from '../database/paging.ts';
import { Problem } from '../problems.ts';
import { decideReorganisation } from '../reorganisation/decide.ts';
import { getReorganisation, type ShownReorganisation } from '../reorganisation/show.ts';
import type { Actor, Services } from '../services.ts';
import { findJobOwner, findProgress, listJobs, type JobItem, type JobProgress } from './store.ts';

export type { JobItem, JobProgress } from './store.ts';

type World = Pick<Services, 'db' | 'now'>;
/** A bulk job, or a reorganisation with what its job says. */
export type JobView = { kind: 'bulk'; job: ShownJob } | { kind: 'reorganisation'; job: ShownReorganisation };

const openStates: readonly JobState[] = ['checking', 'checked', 'examined', 'running', 'stopped'];

/** Jobs of both kinds within the actor's reach, the newest first. */
export async function findJobs({ db }: World, actor: Actor, { open }: { open: boolean }, page: PageRequest): Promise<Page<JobItem>> {
  return listJobs(db, { within: actor.agencyPath, states: open ? openStates : [] }, page);
}

/** @throws Problem `not-found`, `outside-your-agency` */
export async function showJob({ db }: World, actor: Actor, id: string): Promise<JobView> {
  const reorganisation = await ownerOf({ db }, id);
  return reorganisation === null ? { kind: 'bulk', job: await getBulkJob(db, actor, id) } : { kind: 'reorganisation', job: await getReorganisation(db, actor, reorganisation) };
}

async function ownerOf({ db }: Pick<Services, 'db'>, id: string): Promise<string | null> {
  const owner = await findJobOwner(db, id);
  if (!owner) throw new Problem('not-found', { job: id });
  return owner.reorganisationId;
}

/** One decision on a job of either kind. @throws as `decideBulk`, `decideReorganisation` */
export async function decideJob(services: World, actor: Actor, id: string, order: BulkDecisionOrder): Promise<void> {
  const reorganisation = await ownerOf(services, id);
  await (reorganisation === null ? decideBulk(services, actor, id, order) : decideReorganisation(services, actor, reorganisation, order));
}

/** What each line of a job that was shown to the actor will do, has done, or why it is refused. */
export async function listJobLines({ db }: World, actor: Actor, { kind, job }: JobView, filter: { state?: LineState | undefined }, page: PageRequest): Promise<Page<ShownLine>> {
  return kind === 'bulk' ? listBulkLines(db, actor, job.id, filter, page) : listPlannedLines(db, job.bulkId, { ...filter, within: actor.agencyPath }, page);
}

/** The result of every line as CSV. @throws Problem `not-found`, `outside-your-agency` */
export async function writeJobResults(services: World, actor: Actor, id: string): Promise<Uint8Array> {
  const { kind } = await showJob(services, actor, id);
  return kind === 'bulk' ? writeBulkResults(services.db, actor, id, 'csv') : writePlannedResults(services.db, id, actor.agencyPath);
}

/** Often enough to look alive; a hundred thousand lines are counted in some 20 ms. */
const everyMs = 1_500;
export const isMoving = (state: JobState): boolean => state === 'checking' || state === 'running';

/** How far a job is, told until it moves no more or the listener has left. @throws Problem `not-found`, `outside-your-agency` */
export async function followJob(services: World, actor: Actor, id: string, signal: AbortSignal): Promise<AsyncIterable<JobProgress>> {
  await showJob(services, actor, id);
  return progressOf(services, id, signal);
}

async function* progressOf({ db }: World, id: string, signal: AbortSignal): AsyncGenerator<JobProgress> {
  for (let going = true; going && !signal.aborted;) {
    const progress = await findProgress(db, id);
    if (!progress) return;
    yield progress;
    going = isMoving(progress.state);
    // whoever leaves ends the wait; that is no failure
    if (going) await wait(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
