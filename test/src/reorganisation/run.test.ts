import { tasks } from '../../../src/app.ts';
import { findAgency, findAgencyDetails } from '../../../src/agencies/store.ts';
import { revokeCertificate } from '../../../src/certificates/revoke.ts';
import { decideReorganisation } from '../../../src/reorganisation/decide.ts';
import { Problem } from '../../../src/problems.ts';
import { endOverlaps } from '../../../src/reorganisation/end-overlap.ts';
import { runReorganisation } from '../../../src/reorganisation/run.ts';
import { actorFor } from '../../database.ts';
import { foundLand } from './land.ts';

const land = await foundLand();
const { services } = land;

test('merged into a new body: one seal changes its name, the rest are revoked, people get new certificates for their keys', async () => {
  const [a, b] = [await land.agency('H05.10', 'Xã An'), await land.agency('H05.11', 'Xã Bình')];
  const school = await land.agency('H05.11.4', 'Trường Bình');
  const [early, late] = [await land.seal(a, 300), await land.seal(b, 365)];
  const [anna, binh] = [await land.official(a), await land.official(b)];
  const teacher = await land.official(school);
  const plan = await land.plan([{ type: 'merge-into-new', agencies: ['H05.10', 'H05.11'], into: { code: 'H05.12', name: 'Xã An Bình' } }]);
  expect(plan).toMatchObject({ state: 'checked', people: 3, lines: 5, crl: { entriesMore: 1 } });
  expect(plan.certificates).toEqual([
    { kind: 'change', profile: 'agency-seal', ground: null, count: 1 }, { kind: 'change', profile: 'official-signing', ground: null, count: 3 },
    { kind: 'revoke', profile: 'agency-seal', ground: 'agency-dissolved', count: 1 }]);
  await land.approve(plan);
  await services.runJobs(tasks);
  expect(await land.again(plan.id)).toMatchObject({ state: 'finished', counts: { done: 5, failed: 0 } });

  const body = (await findAgency(services.db, { code: 'H05.12' }))!;
  expect(await findAgency(services.db, { code: 'H05.10' })).toMatchObject({ successorId: body.id, path: 'H05.H05_12.H05_10', validTo: services.now() });
  expect((await land.certificate(early)).state).toBe('revoked');
  const seal = await land.certificate((await land.follower(late))!);
  expect(seal).toMatchObject({ state: 'issued', agencyId: body.id, agencyPath: 'H05.H05_12' });
  expect(seal.subjectText).toContain('CN=Xã An Bình');
  expect(seal.spkiHash).toEqual((await land.certificate(late)).spkiHash);
  for (const person of [anna, binh]) {
    const [before, after] = [await land.certificate(person.certificateId), await land.certificate((await land.follower(person.certificateId))!)];
    expect(after).toMatchObject({ state: 'issued', agencyId: body.id, spkiHash: before.spkiHash });
    expect(after.subjectText).toContain('OU=Xã An Bình');
    expect(before.state).toBe('issued');
    expect(after.notAfter.getTime()).toBeLessThanOrEqual(before.notAfter.getTime());
  }
  const moved = (await findAgency(services.db, { code: 'H05.12.4' }))!;
  expect(await services.db('officials').where({ id: teacher.id }).first('agencyId')).toEqual({ agencyId: moved.id });
  const mails = await services.db('mails').where({ template: 'certificate-changed' }).pluck('recipient');
  const { facts } = (await services.db('mails').where({ template: 'certificate-changed' }).first('facts')) as { facts: { endsOn: string } };
  expect(facts.endsOn).toMatch(/^\d\d\/\d\d\/\d{4}$/);
  expect(new Set(mails)).toEqual(new Set([anna.email, binh.email, teacher.email]));
});

test('merged into an existing body: its seal stays, the others are revoked, its people are untouched', async () => {
  const [big, small] = [await land.agency('H05.20', 'Phường Lớn'), await land.agency('H05.21', 'Phường Nhỏ')];
  const [kept, ended] = [await land.seal(big), await land.seal(small)];
  const [stays, comes] = [await land.official(big), await land.official(small)];
  const done = await land.run([{ type: 'merge-into-existing', agencies: ['H05.21'], into: 'H05.20' }]);
  expect(done).toMatchObject({ state: 'finished', people: 1, counts: { done: 2 } });
  expect((await land.certificate(kept)).state).toBe('issued');
  expect((await land.certificate(ended)).state).toBe('revoked');
  expect(await land.follower(kept)).toBeUndefined();
  expect(await land.follower(stays.certificateId)).toBeUndefined();
  expect((await land.certificate((await land.follower(comes.certificateId))!)).subjectText).toContain('OU=Phường Lớn');

  // any contact point of the body that goes on serves those who came from elsewhere
  const registrar = await actorFor(services, 'registrar', 'H05.H05_20');
  await expect(revokeCertificate(services, registrar, { certificateId: comes.certificateId, reason: 'superseded' })).resolves.toMatchObject({ certificateId: comes.certificateId });
});

test('split, rename, dissolve and move: each person and seal as the law says', async () => {
  const whole = await land.agency('H05.30', 'Sở Chung');
  const renamed = await land.agency('H05.31', 'Sở Cũ');
  const below = await land.agency('H05.31.1', 'Phòng Một');
  const gone = await land.agency('H05.32', 'Ban Tạm');
  const [first, second, inner, last, mover] = [await land.official(whole), await land.official(whole), await land.official(below), await land.official(gone), await land.official(renamed)];
  const [wholeSeal, renamedSeal, belowSeal, goneSeal] = [await land.seal(whole), await land.seal(renamed), await land.seal(below), await land.seal(gone)];
  const done = await land.run([
    { type: 'split', agency: 'H05.30', into: [{ code: 'H05.33', name: 'Sở Đông' }, { code: 'H05.34', name: 'Sở Tây', officials: [second.id] }] },
    { type: 'rename', agency: 'H05.31', name: 'Sở Mới' },
    { type: 'dissolve', agency: 'H05.32' },
    { type: 'move', officials: [mover.id], to: 'H05.34' },
  ]);
  expect(done).toMatchObject({ state: 'finished', counts: { failed: 0 } });
  const named = async (id: string): Promise<string> => (await land.certificate((await land.follower(id)) ?? id)).subjectText;
  expect(await named(first.certificateId)).toContain('OU=Sở Đông');
  expect(await named(second.certificateId)).toContain('OU=Sở Tây');
  expect(await named(mover.certificateId)).toContain('OU=Sở Tây');
  expect(await named(inner.certificateId)).toContain('OU=Sở Mới');
  expect(await named(renamedSeal)).toContain('CN=Sở Mới');
  expect(await named(belowSeal)).toContain('OU=Sở Mới');
  for (const ended of [wholeSeal, goneSeal, last.certificateId]) expect((await land.certificate(ended)).state).toBe('revoked');
  expect(await services.db('revocations').where({ certificateId: last.certificateId }).first('reason', 'ground')).toEqual({ reason: 'affiliationChanged', ground: 'position-changed' });
  const { names } = await findAgencyDetails(services.db, (await findAgency(services.db, { code: 'H05.31' }))!);
  expect(names.map(({ name }) => name)).toEqual(['Sở Mới', 'Sở Cũ']);
});

test('the old certificate stays valid for the overlap and ends after it, once', async () => {
  const [a, b] = [await land.agency('H05.40', 'Xã Một'), await land.agency('H05.41', 'Xã Hai')];
  const [person] = [await land.official(b), a];
  const plan = await land.plan([{ type: 'merge-into-existing', agencies: ['H05.41'], into: 'H05.40' }], 30);
  await land.approve(plan);
  await services.runJobs(tasks);
  services.clock.advance({ days: 29 });
  await endOverlaps(services);
  expect((await land.certificate(person.certificateId)).state).toBe('issued');
  services.clock.advance({ days: 2 });
  await endOverlaps(services);
  expect((await land.certificate(person.certificateId)).state).toBe('revoked');
  expect(await services.db('revocations').where({ certificateId: person.certificateId }).first('reason', 'ground')).toEqual({ reason: 'superseded', ground: 'replaced' });
  expect((await land.certificate((await land.follower(person.certificateId))!)).state).toBe('issued');
  expect(await endOverlaps(services)).toBe(0);
});

test('a plan is stopped and resumed; one that no longer fits the register changes nothing and says why', async () => {
  const [, b] = [await land.agency('H05.50', 'Xã Ba'), await land.agency('H05.51', 'Xã Bốn')];
  await land.official(b);
  const plan = await land.plan([{ type: 'merge-into-existing', agencies: ['H05.51'], into: 'H05.50' }]);
  await land.approve(plan);
  await decideReorganisation(services, land.examiner, plan.id, { decision: 'stop' });
  await services.runJobs(tasks);
  expect(await land.again(plan.id)).toMatchObject({ state: 'stopped', appliedAt: null, counts: { ready: 1 } });
  await decideReorganisation(services, land.examiner, plan.id, { decision: 'resume' });
  await services.runJobs(tasks);
  expect(await land.again(plan.id)).toMatchObject({ state: 'finished', counts: { done: 1 } });

  await land.agency('H05.52', 'Xã Năm');
  const stale = await land.plan([{ type: 'rename', agency: 'H05.52', name: 'Xã Sáu' }]);
  await land.approve(stale);
  await services.db('agencies').where({ code: 'H05.52' }).update({ updatedAt: new Date('2035-01-01T00:00:00Z') });
  await services.runJobs(tasks);
  expect(await land.again(stale.id)).toMatchObject({ state: 'stopped', appliedAt: null, reason: expect.stringContaining('state-changed') });
});

test('what was prepared when the keys could not be reached is finished later, with its link, its mail and its day', async () => {
  const [, b] = [await land.agency('H05.80', 'Xã Chín'), await land.agency('H05.81', 'Xã Mười')];
  const person = await land.official(b);
  const plan = await land.plan([{ type: 'merge-into-existing', agencies: ['H05.81'], into: 'H05.80' }]);
  await land.approve(plan);
  await services.db.raw('delete from graphile_worker._private_jobs');
  const keyless = { ...services, keystore: { ...services.keystore, signLinted: () => Promise.reject(new Problem('keystore-unavailable')) } };
  await expect(runReorganisation(keyless, plan.bulkId)).rejects.toMatchObject({ code: 'keystore-unavailable' });
  expect(await land.again(plan.id)).toMatchObject({ state: 'running', counts: { prepared: 1 } });
  expect(await services.db('successions').where({ certificateId: person.certificateId })).toEqual([]);

  services.clock.advance({ minutes: 2 });
  await tasks.find(({ name }) => name === 'resume-reorganisation')!.run(services, {});
  expect(await land.again(plan.id)).toMatchObject({ state: 'finished', counts: { done: 1, prepared: 0 } });
  expect(await services.db('successions').where({ certificateId: person.certificateId }).first('newCertificateId')).toEqual({ newCertificateId: await land.follower(person.certificateId) });
  expect(await services.db('mails').where({ recipient: person.email, template: 'certificate-changed' })).toHaveLength(1);
});
