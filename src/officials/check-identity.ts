import { randomUUID } from 'node:crypto';
import { systemActor } from '../access/actors.ts';
import { requireWithin } from '../access/scope.ts';
import { recordAudit } from '../audit/record.ts';
import { PopulationUnavailable } from '../population/unavailable.ts';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor, PopulationRegister, Services } from '../services.ts';
import { queueIdentityCheck } from './identity.ts';
import { openPersonalData } from './personal-data.ts';
import { findIdentity, findOfficial, insertIdentityCheck, lockIdentity, lockOfficial, markIdentityWaiting, type IdentityRow } from './store.ts';

type World = Pick<Services, 'db' | 'now' | 'keystore' | 'log' | 'population'>;

const self = systemActor('check-identity');
const firstDelaySeconds = 60;
const maxDelaySeconds = 3_600;

/**
 * Compares one official with the national population database and keeps the outcome, the time and the transaction, nothing
 * else. While that database is down the question waits in the queue and is asked again, at growing intervals, for as long
 * as it takes. Run twice it asks twice, and the second finds nothing waiting.
 */
export async function checkIdentity(services: World, officialId: string, tries = 0): Promise<void> {
  const { db, population } = services;
  const [official, identity] = [await findOfficial(db, officialId), await findIdentity(db, officialId)];
  if (!official || !identity || identity.checkState !== 'waiting' || !population) return;
  const { nationalId, birthDate } = await openPersonalData(services, officialId, identity.sealed);
  if (nationalId === null || birthDate === null) return;
  // before it leaves: whether or not an answer comes back, it was handed out
  await db.transaction((tx) => recordAudit(tx, self, 'official.identity-sent', { type: 'official', id: officialId }, { before: null, after: { tries: tries + 1 } }));
  const answer = await ask(population, { nationalId, birthDate, name: official.name });
  if (answer instanceof PopulationUnavailable) {
    const delay = Math.max(answer.retryAfterSeconds ?? 0, Math.min(firstDelaySeconds * 2 ** Math.min(tries, 10), maxDelaySeconds));
    services.log.warn({ reason: answer.reason, tries: tries + 1, nextInSeconds: delay }, 'an identity could not be checked and waits');
    await db.transaction((tx) => queueIdentityCheck(tx, officialId, tries + 1, delay));
    return;
  }
  await store(services, identity, answer);
}

async function ask(population: PopulationRegister, person: Parameters<PopulationRegister['check']>[0]): Promise<Awaited<ReturnType<PopulationRegister['check']>> | PopulationUnavailable> {
  try {
    return await population.check(person);
  } catch (error) {
    if (error instanceof PopulationUnavailable) return error;
    throw error;
  }
}

async function store({ db, now }: World, asked: IdentityRow, answer: Awaited<ReturnType<PopulationRegister['check']>>): Promise<void> {
  await db.transaction(async (tx) => {
    const current = await lockIdentity(tx, asked.officialId);
    // changed while we asked: the answer is about someone else, and a new question is queued
    if (current?.checkState !== 'waiting' || Buffer.compare(current.sealed, asked.sealed) !== 0) return;
    await insertIdentityCheck(tx, { id: randomUUID(), officialId: asked.officialId, ...answer, checkedAt: now() });
    await recordAudit(tx, self, 'official.identity-checked', { type: 'official', id: asked.officialId }, { before: null, after: answer });
  });
}

/**
 * Has an official's identity checked again, for instance after the connector was switched on.
 * @throws Problem `not-found`, `outside-your-agency`, `identity-check-off`, `invalid-fields` where no number is known
 */
export async function askIdentityCheck({ db, now, population }: World, actor: Actor, id: string): Promise<void> {
  await db.transaction(async (tx) => {
    const official = await lockOfficial(tx, id);
    if (!official) throw new Problem('not-found', { official: id });
    requireWithin(actor, official.agencyPath);
    if (!population) throw new Problem('identity-check-off');
    const identity = await lockIdentity(tx, id);
    if (!identity?.blindIndex) throw wrongField('/nationalId', 'identity-unknown');
    await markIdentityWaiting(tx, id, now());
    await queueIdentityCheck(tx, id);
    await recordAudit(tx, actor, 'official.identity-check-asked', { type: 'official', id }, { before: { identityCheck: identity.checkState }, after: { identityCheck: 'waiting' } });
  });
}
