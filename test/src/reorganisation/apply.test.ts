import { generateKeyPairSync } from 'node:crypto';
import { parseCertificate } from '../../../pki/certificate/parse.ts';
import { parsePublicKey } from '../../../pki/keys/public-key.ts';
import { signerFrom } from '../../../pki/keys/signer.ts';
import { makeOfficials } from '../../../scripts/make-data.ts';
import { tasks } from '../../../src/app.ts';
import { endOverlaps } from '../../../src/reorganisation/end-overlap.ts';
import { applyReorganisation, applyStep } from '../../../src/reorganisation/apply.ts';
import { decideReorganisation } from '../../../src/reorganisation/decide.ts';
import { stopVerificationWorkers } from '../../../src/verification/workers.ts';
import type { Answer } from '../../../src/verification/answer.ts';
import { testActor } from '../../authorities.ts';
import { apiKeyFor, atEnd, testApp, testServices } from '../../database.ts';
import { SignedResults } from '../../signed-results.ts';
import { foundLand } from './land.ts';

const services = await testServices();
const results = await SignedResults.found(services);
const land = await foundLand(services);
const base = await testApp(services);
const token = await apiKeyFor(services, 'verifier');
atEnd(stopVerificationWorkers);

async function verify(file: Uint8Array): Promise<Answer> {
  const form = new FormData();
  form.set('file', new Blob([Buffer.from(file)]), 'ket-qua.pdf');
  return (await fetch(`${base}/api/v1/verifications`, { method: 'POST', body: form, headers: { Authorization: `Bearer ${token}` } })).json() as Promise<Answer>;
}

test('a result signed before the merger keeps naming the agency as it was on the day, when the certificate has ended too', async () => {
  const [old] = [await land.agency('H05.71', 'Xã Xưa'), await land.agency('H05.72', 'Xã Nay')];
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const person = await land.official(old, parsePublicKey(publicKey.export({ format: 'der', type: 'spki' })));
  const { der } = await services.db('certificates').where({ id: person.certificateId }).first('der') as { der: Buffer };
  const signed = await results.sign({ certificate: parseCertificate(der), certificateId: person.certificateId, signer: signerFrom(privateKey) }, { timestamp: true });
  expect((await verify(signed)).conclusion).toEqual({ indication: 'TOTAL-PASSED', subIndication: null });

  const plan = await land.plan([{ type: 'merge-into-existing', agencies: ['H05.71'], into: 'H05.72' }], 0);
  await land.approve(plan);
  await services.runJobs(tasks);
  services.clock.advance({ minutes: 1 });
  await endOverlaps(services);
  expect((await land.certificate(person.certificateId)).state).toBe('revoked');
  const { der: kept } = await services.db('certificates').where({ id: person.certificateId }).first('der') as { der: Buffer };
  expect(kept).toEqual(der);

  const after = await verify(signed);
  expect(after.conclusion).toEqual({ indication: 'TOTAL-PASSED', subIndication: null });
  expect(after.signatures[0]!.signer?.subject).toContain('OU=Xã Xưa');
  expect((await land.certificate((await land.follower(person.certificateId))!)).subjectText).toContain('OU=Xã Nay');
}, 60_000);

test('a plan is applied once, and not at all when it is not the one that was approved', async () => {
  await land.agency('H05.73', 'Xã Bảy');
  const plan = await land.plan([{ type: 'rename', agency: 'H05.73', name: 'Xã Tám' }]);
  await land.approve(plan);
  await services.db('reorganisation_agencies').where({ reorganisationId: plan.id }).update({ name: 'Xã Chín' });
  await expect(applyReorganisation(services, testActor, plan.id)).rejects.toMatchObject({ code: 'state-changed', facts: { changed: 'plan' } });
  await services.db('reorganisation_agencies').where({ reorganisationId: plan.id }).update({ name: 'Xã Tám' });
  await applyReorganisation(services, testActor, plan.id);
  services.clock.advance({ minutes: 1 });
  await applyReorganisation(services, testActor, plan.id);
  expect(await services.db('agency_names as n').join('agencies as a', 'a.id', 'n.agencyId').where({ code: 'H05.73' }).orderBy('n.validFrom').pluck('name')).toEqual(['Xã Bảy', 'Xã Tám']);
});

/** Where people are, by code, with whether the agency is open. */
async function places(ids: readonly string[]): Promise<Record<string, number>> {
  const rows = await services.db('officials as o').join('agencies as a', 'a.id', 'o.agencyId').whereIn('o.id', [...ids]).select('a.code', 'a.validTo');
  return rows.reduce<Record<string, number>>((counts, { code, validTo }) => ({ ...counts, [validTo ? `${code} closed` : code]: (counts[validTo ? `${code} closed` : code] ?? 0) + 1 }), {});
}

test('the registers change step by step: stopped between two of them everybody stands in an open agency, and it goes on where it was', async () => {
  const [, b] = [await land.agency('H05.74', 'Xã Mai'), await land.agency('H05.75', 'Xã Lan')];
  const people = (await makeOfficials(services, [b], 620)).map(({ id }) => id);
  const plan = await land.plan([{ type: 'merge-into-new', agencies: ['H05.74', 'H05.75'], into: { code: 'H05.76', name: 'Xã Mai Lan' } }]);
  expect(plan.registers).toEqual({ agencies: { done: 0, of: 3 }, people: { done: 0, of: 620 } });
  await land.approve(plan);
  const step = () => applyStep(services, testActor, plan.id);
  expect([await step(), await step()]).toEqual(['more', 'more']);
  expect(await places(people)).toEqual({ 'H05.75': 120, 'H05.76': 500 });
  expect(await land.again(plan.id)).toMatchObject({ state: 'running', appliedAt: null, registers: { agencies: { done: 1, of: 3 }, people: { done: 500, of: 620 } } });

  await decideReorganisation(services, land.examiner, plan.id, { decision: 'stop' });
  expect(await applyReorganisation(services, testActor, plan.id)).toBe(false);
  expect(await places(people)).toEqual({ 'H05.75': 120, 'H05.76': 500 });
  await expect(decideReorganisation(services, land.examiner, plan.id, { decision: 'refuse', reason: 'thôi' })).rejects.toMatchObject({ code: 'state-changed', facts: { begun: true } });

  await services.db('officials').where({ id: people.toSorted().at(-1)! }).update({ leftAt: services.now() });
  const [late] = await makeOfficials(services, [b], 1);
  await decideReorganisation(services, land.examiner, plan.id, { decision: 'resume' });
  await services.runJobs(tasks);
  expect(await land.again(plan.id)).toMatchObject({ state: 'finished', registers: { agencies: { done: 3, of: 3 }, people: { done: 621, of: 621 } } });
  expect(await places([late!.id])).toEqual({ 'H05.76': 1 });
  expect(await services.db('officials').where({ agencyId: (await services.db('agencies').where({ code: 'H05.76' }).first('id'))!.id }).count({ n: '*' })).toEqual([{ n: 620 }]);
  // one history row and one audit entry for each who moved, and the steps' own
  const moved = people.toSorted().slice(0, -1);
  expect(await services.db('official_history').whereIn('officialId', moved).count({ n: '*' })).toEqual([{ n: 2 * 619 }]);
  const audits = (await services.db('audit_entries').where({ action: 'official.moved' }).whereIn('subjectId', moved).select('subjectId')).map(({ subjectId }) => subjectId as string);
  expect([audits.length, new Set(audits).size]).toEqual([619, 619]);
  const steps = await services.db('audit_entries').where({ action: 'reorganisation.step', subjectId: plan.id }).orderBy('sequence').pluck('after');
  expect(steps).toEqual([{ changed: 1 }, { moved: 500, passedOver: 0 }, { moved: 119, passedOver: 1 }, { late: 1 }, { moved: 1, passedOver: 0 }, { ended: 2 }]);
});

test('registers that changed since the plan was drawn up: it stops before its first step, says where, and can be refused', async () => {
  const [, b] = [await land.agency('H05.77', 'Xã Cúc'), await land.agency('H05.78', 'Xã Đào')];
  const plan = await land.plan([{ type: 'merge-into-existing', agencies: ['H05.78'], into: 'H05.77' }]);
  await land.approve(plan);
  await land.agency('H05.78.1', 'Trạm Đào');
  await services.runJobs(tasks);
  expect(await land.again(plan.id)).toMatchObject({ state: 'stopped', reason: expect.stringContaining('H05.78'), registers: { agencies: { done: 0, of: 1 } } });
  expect(await services.db('agencies').where({ id: b.id }).first('validTo')).toEqual({ validTo: null });
  await decideReorganisation(services, land.examiner, plan.id, { decision: 'refuse', reason: 'lập lại' });
  expect(await land.again(plan.id)).toMatchObject({ state: 'refused' });
});
