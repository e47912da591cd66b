import { endAgency } from '../agencies/close.ts';
import { addAgency, giveAgencyName } from '../agencies/create.ts';
import { recordAudit } from '../audit/record.ts';
import { findPlannedJob } from '../bulk/planned.ts';
import { moveOfficials } from '../officials/move.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { planHash } from './plan.ts';
import { listFates, listMoves, lockReorganisation, markApplied, type AgencyFate } from './store.ts';

const peopleAtOnce = 5_000;
const nobody = '00000000-0000-0000-0000-000000000000';

/**
 * Makes the registers what the plan says, in one transaction and once: new names, new bodies, people, and then the ends, the
 * lowest first. Names keep their history, what ends keeps its row and names its successor.
 * @throws Problem where the registers have changed so that the plan no longer fits
 */
export async function applyReorganisation(services: Pick<Services, 'db' | 'now'>, actor: Actor, id: string): Promise<void> {
  await services.db.transaction(async (tx) => {
    const plan = await lockReorganisation(tx, id);
    if (!plan || plan.appliedAt) return;
    const fates = await listFates(tx, id);
    const { fileHash } = await findPlannedJob(tx, plan.bulkId);
    if (Buffer.compare(planHash(plan, fates), fileHash) !== 0) throw new Problem('state-changed', { changed: 'plan' });
    const at = services.now();
    for (const { agencyId, name, certificateName } of fates.filter(({ fate }) => fate === 'renamed')) {
      await giveAgencyName(tx, actor, agencyId, { name, certificateName, validFrom: at });
    }
    await makeBodies(tx, actor, fates, at);
    const people = await movePeople(tx, actor, id, at);
    await endBodies(tx, actor, fates, at);
    await markApplied(tx, id, at);
    await recordAudit(tx, actor, 'reorganisation.applied', { type: 'reorganisation', id }, { before: null, after: { agencies: fates.length, people } });
  });
}

const level = ({ code }: AgencyFate): number => code.split('.').length;

async function makeBodies(tx: Tx, actor: Actor, fates: readonly AgencyFate[], at: Date): Promise<void> {
  for (const { agencyId, code, name, certificateName, locality } of fates.filter(({ fate }) => fate === 'made').toSorted((a, b) => level(a) - level(b))) {
    await addAgency(tx, actor, { id: agencyId, code, name, certificateName, ...(locality === null ? {} : { locality }) }, at);
  }
}

async function movePeople(tx: Tx, actor: Actor, id: string, at: Date): Promise<number> {
  let count = 0;
  for (let after = nobody; ;) {
    const moves = await listMoves(tx, id, after, peopleAtOnce);
    await moveOfficials(tx, actor, moves, at);
    count += moves.length;
    const last = moves.at(-1);
    if (!last) return count;
    after = last.officialId;
  }
}

async function endBodies(tx: Tx, actor: Actor, fates: readonly AgencyFate[], at: Date): Promise<void> {
  for (const { agencyId, successorCode } of fates.filter(({ fate }) => fate === 'closed' || fate === 'replaced').toSorted((a, b) => level(b) - level(a))) {
    await endAgency(tx, actor, agencyId, { at, ...(successorCode === null ? {} : { successorCode }) });
  }
}
