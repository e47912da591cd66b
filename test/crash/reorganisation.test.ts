import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { makeCertificates, makeOfficials } from '../../scripts/make-data.ts';
import { tasks } from '../../src/app.ts';
import { testActor } from '../authorities.ts';
import { foundLand } from '../src/reorganisation/land.ts';

const land = await foundLand();
const { services } = land;
const child = join(import.meta.dirname, 'reorganisation-child.ts');

function runChild(bulkId: string, where: string, after: number): Promise<{ signal: string | null; said: string; errors: string }> {
  const { text: kek } = services.config.kek as { text: string };
  return new Promise((done) => {
    execFile(process.execPath, [child, bulkId, where, String(after), services.now().toISOString()], { env: { PATH: process.env['PATH'], DATABASE_URL: services.databaseUrl, ANTIN_KEK: kek }, timeout: 60_000 },
      (error, stdout, stderr) => done({ signal: error?.signal ?? null, said: stdout, errors: stderr }));
  });
}
const killed = { signal: 'SIGKILL', said: '', errors: '' };

test('killed while people move and twice while it signs, a reorganisation goes on where it was: everybody and every line once', async () => {
  const [certified, others] = [340, 260];
  const [a, b] = [await land.agency('H05.10', 'Xã An'), await land.agency('H05.11', 'Xã Bình')];
  const levels = [{ certificateName: 'Ủy ban nhân dân tỉnh Bắc Ninh', locality: 'Bắc Ninh' }, { certificateName: 'Xã Bình', locality: null }];
  const holders = await makeOfficials(services, [b], certified);
  await makeCertificates(services, testActor, holders, [{ ...b, levels }]);
  const people = [...holders, ...(await makeOfficials(services, [b], others))].map(({ id }) => id);
  const plan = await land.plan([{ type: 'merge-into-existing', agencies: ['H05.11'], into: 'H05.10' }]);
  expect(plan).toMatchObject({ people: certified + others, lines: certified });
  await land.approve(plan);

  // dies inside the second step of the people: the first stands, the second never was, and the agency that ends is open still
  expect(await runChild(plan.bulkId, 'moving people', 2)).toEqual(killed);
  expect(await land.again(plan.id)).toMatchObject({ state: 'running', appliedAt: null, registers: { people: { done: 500 } }, counts: { ready: certified } });
  const count = async (agencyId: string): Promise<number> => (await services.db('officials').where({ agencyId })).length;
  expect([await count(a.id), await count(b.id)]).toEqual([500, 100]);
  expect(await services.db('agencies').where({ id: b.id }).first('validTo')).toEqual({ validTo: null });

  expect(await runChild(plan.bulkId, 'signing', 17)).toEqual(killed);
  const half = await land.again(plan.id);
  expect(half).toMatchObject({ state: 'running', appliedAt: expect.any(Date), registers: { people: { done: 600 } } });
  expect(half.counts.prepared).toBeGreaterThan(0);
  expect(await runChild(plan.bulkId, 'signing', 35)).toEqual(killed);

  services.clock.advance({ minutes: 2 });
  await tasks.find(({ name }) => name === 'resume-reorganisation')!.run(services, {});
  expect(await land.again(plan.id)).toMatchObject({ state: 'finished', counts: { done: certified, failed: 0, prepared: 0, ready: 0 } });
  expect([await count(a.id), await count(b.id)]).toEqual([certified + others, 0]);
  const moved = (await services.db('audit_entries').where({ action: 'official.moved' }).whereIn('subjectId', people).select('subjectId')).map(({ subjectId }) => subjectId as string);
  expect([moved.length, new Set(moved).size]).toEqual([people.length, people.length]);
  // the old ones name their agency as ever, and hang below the one that looks after them now
  const old = await services.db('certificates').where({ agencyId: b.id }).select('agencyPath');
  expect([old.length, new Set(old.map(({ agencyPath }) => agencyPath))]).toEqual([certified, new Set(['H05.H05_10.H05_11'])]);
  const followers = await services.db('certificates').whereNotNull('replacesId').select('replacesId', 'state', 'agencyId');
  expect(new Set(followers.map(({ replacesId }) => replacesId)).size).toBe(certified);
  expect(followers).toHaveLength(certified);
  expect(followers.every(({ state, agencyId }) => state === 'issued' && agencyId === a.id)).toBe(true);
  const links = await services.db('successions').whereNotNull('newCertificateId').count({ n: '*' });
  expect(links).toEqual([{ n: certified }]);
  expect(await services.db('mails').where({ template: 'certificate-changed' }).count({ n: '*' })).toEqual([{ n: certified }]);
}, 120_000);
