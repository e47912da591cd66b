import { generateKeyPairSync } from 'node:crypto';
import { parseCertificate } from '../../../pki/certificate/parse.ts';
import { parsePublicKey } from '../../../pki/keys/public-key.ts';
import { signerFrom } from '../../../pki/keys/signer.ts';
import { tasks } from '../../../src/app.ts';
import { endOverlaps } from '../../../src/reorganisation/end-overlap.ts';
import { applyReorganisation } from '../../../src/reorganisation/apply.ts';
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
  await services.db('reorganisation_agencies').where({ reorganisationId: plan.id }).update({ name: 'Xã Chín' });
  await expect(applyReorganisation(services, testActor, plan.id)).rejects.toMatchObject({ code: 'state-changed', facts: { changed: 'plan' } });
  await services.db('reorganisation_agencies').where({ reorganisationId: plan.id }).update({ name: 'Xã Tám' });
  await applyReorganisation(services, testActor, plan.id);
  services.clock.advance({ minutes: 1 });
  await applyReorganisation(services, testActor, plan.id);
  expect(await services.db('agency_names as n').join('agencies as a', 'a.id', 'n.agencyId').where({ code: 'H05.73' }).orderBy('n.validFrom').pluck('name')).toEqual(['Xã Bảy', 'Xã Tám']);
});
