import { endAgency } from '../agencies/close.ts';
import { addAgency, giveAgencyName } from '../agencies/create.ts';
import { recordAudit } from '../audit/record.ts';
import { beatPlanned, findPlannedJob } from '../bulk/planned.ts';
import { handOverCertificates } from '../certificates/hand-over.ts';
import { moveOfficials } from '../officials/move.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { planHash, requireFitting } from './plan.ts';
import {
  countSteps, hasBegun, insertLatePeople, listFates, listPathsAfter, listWaitingFates, lockReorganisation, lockWaitingPeople, markApplied, markFatesApplied, markPeopleSettled,
  type AgencyFate, type ReorganisationRow,
} from './store.ts';

/** A step holds its locks, those of the people it moves included, for some tenths of a second. */
const agenciesAtOnce = 50;
const peopleAtOnce = 500;
const certificatesAtOnce = 2_000;

/** What a step leaves: more to do, nothing, or a plan that somebody has stopped. */
export type StepOutcome = 'more' | 'done' | 'stopped';

/**
 * Makes the registers what the plan says, step after step, each for good: new names and new bodies, then people, then the place
 * of certificates, and the ends last. So whoever moves stands in an open agency before and after, and may be asked for at any
 * time. Stopped or killed anywhere it goes on with the step that is next.
 * @returns false for a plan that was stopped on the way
 * @throws Problem where the registers have changed so that the plan no longer fits; before the first step nothing has been changed
 */
export async function applyReorganisation(services: Pick<Services, 'db' | 'now'>, actor: Actor, id: string): Promise<boolean> {
  await services.db.transaction((tx) => requireApproved(tx, id));
  for (;;) {
    const outcome = await applyStep(services, actor, id);
    if (outcome !== 'more') return outcome === 'done';
  }
}

/** The plan must be the one that was approved, and at the beginning the registers those it was drawn up from. */
async function requireApproved(tx: Tx, id: string): Promise<void> {
  const plan = await lockReorganisation(tx, id);
  if (!plan || plan.appliedAt) return;
  const fates = await listFates(tx, id);
  const { fileHash } = await findPlannedJob(tx, plan.bulkId);
  if (Buffer.compare(planHash(plan, fates), fileHash) !== 0) throw new Problem('state-changed', { changed: 'plan' });
  if (!(await hasBegun(tx, id))) await requireFitting(tx, plan, fates);
}

/** The next step, in a transaction of its own. The lock on the plan keeps a second runner and a decision out meanwhile. */
export async function applyStep(services: Pick<Services, 'db' | 'now'>, actor: Actor, id: string): Promise<StepOutcome> {
  const at = services.now();
  return services.db.transaction(async (tx) => {
    const plan = await lockReorganisation(tx, id);
    if (!plan || plan.appliedAt) return 'done';
    if ((await findPlannedJob(tx, plan.bulkId)).state !== 'running') return 'stopped';
    const step = (await changeAgencies(tx, actor, plan, at)) ?? (await movePeople(tx, actor, plan, at))
      ?? (await handOver(tx, plan)) ?? (await endAgencies(tx, actor, plan, at));
    if (step) {
      await beatPlanned(tx, plan.bulkId, at);
      await recordAudit(tx, actor, 'reorganisation.step', { type: 'reorganisation', id }, { before: null, after: step });
      return 'more';
    }
    await markApplied(tx, id, at);
    const { agencies, people } = await countSteps(tx, id);
    await recordAudit(tx, actor, 'reorganisation.applied', { type: 'reorganisation', id }, { before: null, after: { agencies: agencies.of, people: people.of } });
    return 'done';
  });
}

type Step = Record<string, number> | undefined;

/** New names first, then new bodies, the highest first. */
async function changeAgencies(tx: Tx, actor: Actor, { id }: ReorganisationRow, at: Date): Promise<Step> {
  const fates = await listWaitingFates(tx, id, ['renamed', 'made'], agenciesAtOnce);
  if (fates.length === 0) return undefined;
  for (const { agencyId, fate, code, name, certificateName, locality } of fates) {
    if (fate === 'renamed') await giveAgencyName(tx, actor, agencyId, { name, certificateName, validFrom: at });
    else await addAgency(tx, actor, { id: agencyId, code, name, certificateName, ...(locality === null ? {} : { locality }) }, at);
  }
  await markFatesApplied(tx, id, fates, at);
  return { changed: fates.length };
}

/**
 * Who has left, or been put elsewhere by hand since the plan was drawn up, stays as they are; who has come since goes along:
 * nobody is left in an agency that ends. A certificate of theirs is changed by a request of their own.
 */
async function movePeople(tx: Tx, actor: Actor, { id }: ReorganisationRow, at: Date): Promise<Step> {
  const people = await lockWaitingPeople(tx, id, peopleAtOnce);
  if (people.length === 0) {
    const late = await insertLatePeople(tx, id);
    return late > 0 ? { late } : undefined;
  }
  const moving = people.filter(({ stays }) => !stays);
  await moveOfficials(tx, actor, moving, at);
  await markPeopleSettled(tx, id, people, at);
  return { moved: moving.length, passedOver: people.length - moving.length };
}

const ending = (tx: Tx, id: string): Promise<AgencyFate[]> => listWaitingFates(tx, id, ['replaced', 'closed'], agenciesAtOnce);

/** The certificates of those that end next hang where these will hang: at the end itself they would be moved all at once. */
async function handOver(tx: Tx, { id }: ReorganisationRow): Promise<Step> {
  for (const { agencyId, successorId } of await ending(tx, id)) {
    for (const path of successorId === null ? [] : await listPathsAfter(tx, agencyId, successorId)) {
      const handedOver = await handOverCertificates(tx, path, certificatesAtOnce);
      if (handedOver > 0) return { handedOver };
    }
  }
  return undefined;
}

/** What ends, the lowest first. It keeps its row and names its successor. */
async function endAgencies(tx: Tx, actor: Actor, { id }: ReorganisationRow, at: Date): Promise<Step> {
  const fates = await ending(tx, id);
  if (fates.length === 0) return undefined;
  for (const { agencyId, successorCode } of fates) await endAgency(tx, actor, agencyId, { at, ...(successorCode === null ? {} : { successorCode }) });
  await markFatesApplied(tx, id, fates, at);
  return { ended: fates.length };
}
