import { decideRequest } from '../../../src/requests/decide.ts';
import { submitRequest } from '../../../src/requests/submit.ts';
import { countNew, countNow, recount } from '../../../src/facts/count.ts';
import { readReport } from '../../../src/reports/read.ts';
import { actorFor } from '../../database.ts';
import { decideAll, requestWorld, submitted, wholeWay, type RequestWorld } from '../requests/people.ts';
import { keptSums } from './sums.ts';

let world: RequestWorld;
beforeAll(async () => { world = await requestWorld(); });

const deadlines = async (from: string, to = from) => {
  await countNew(world.services);
  return (await readReport(world.services, await actorFor(world.services, 'auditor'), 'deadlines', { from, to })).rows;
};
const decide = (requestId: string, person: 'registrar' | 'examiner' | 'approver', decision: 'confirm' | 'examine' | 'approve' | 'refuse' | 'return') =>
  decideRequest(world.services, { requestId, decision, actor: world.people[person], reason: 'lý do' });

test('terms kept and broken, by the month they were, in working days', async () => {
  const { services } = world;
  // Monday: the term of three working days ends on Thursday at midnight
  services.clock.set('2026-11-02T02:00:00Z');
  const requests = await Promise.all(['same day', 'last day', 'late', 'refused', 'returned', 'waiting'].map(() => submitted(world)));
  const [sameDay, lastDay, late, refused, returned] = requests.map(({ id }) => id) as [string, string, string, string, string];
  for (const { id } of requests) await decide(id, 'registrar', 'confirm');
  await decideAll(world, sameDay, wholeWay.slice(1));
  await decide(returned, 'examiner', 'return');
  await decide(lastDay, 'examiner', 'examine');
  services.clock.set('2026-11-04T02:00:00Z');
  await decide(refused, 'approver', 'refuse');
  expect(await deadlines('2026-11')).toEqual([{ month: '2026-11', kind: 'issue', closedOrDue: 2, inTime: 2, late: 0, open: 0, share: 1, days: 1 }]);
  services.clock.set('2026-11-05T16:59:59Z');
  await decide(lastDay, 'approver', 'approve');
  expect(await deadlines('2026-11')).toEqual([{ month: '2026-11', kind: 'issue', closedOrDue: 3, inTime: 3, late: 0, open: 0, share: 1, days: 1.67 }]);
  services.clock.set('2026-11-05T17:00:00Z');
  expect(await deadlines('2026-11')).toEqual([{ month: '2026-11', kind: 'issue', closedOrDue: 5, inTime: 3, late: 0, open: 2, share: 0.6, days: 1.67 }]);
  // the weekend and the days up to Tuesday: six working days
  services.clock.set('2026-11-10T02:00:00Z');
  await decideAll(world, late, wholeWay.slice(1));
  expect(await deadlines('2026-11')).toEqual([{ month: '2026-11', kind: 'issue', closedOrDue: 5, inTime: 3, late: 1, open: 1, share: 0.6, days: 2.75 }]);
  expect(await deadlines('2026-10')).toEqual([]);
});

test('a term that ends at the last midnight of a month belongs to that month; kinds and urgency stand apart', async () => {
  const { services, people } = world;
  services.clock.set('2026-12-28T02:00:00Z');
  const { id } = await submitted(world);
  await decide(id, 'registrar', 'confirm');
  services.clock.set('2026-12-31T16:59:59Z');
  expect(await deadlines('2026-12')).toEqual([]);
  services.clock.set('2026-12-31T17:00:00Z');
  expect((await deadlines('2026-12', '2027-01')).map((row) => [row['month'], row['open']])).toEqual([['2026-12', 1]]);
  const issued = await decideAll(world, (await submitted(world)).id);
  const revocation = await submitRequest(services, people.registrar, { kind: 'revoke', certificateId: issued.newCertificateId!, ground: 'device-broken', note: 'hỏng' });
  await decideAll(world, revocation.id);
  expect((await deadlines('2027-01')).map((row) => [row['kind'], row['inTime'], row['days']])).toEqual([['issue', 1, 0], ['revoke', 1, 0]]);
});

test('counting step by step, twice, or with the clock set back comes to what counting anew does', async () => {
  const { services } = world;
  const comesTo = async (): Promise<string[]> => {
    const kept = await keptSums(services);
    await recount(services);
    expect(kept).toEqual(await keptSums(services));
    return kept;
  };
  const first = await comesTo();
  await services.db('report_marks').update({ position: 3 });
  expect(await countNew(services, 1)).toBe(true);
  expect(await comesTo()).toEqual(first);
  services.clock.set('2032-02-01T00:00:00Z');
  await countNew(services);
  expect(await comesTo()).not.toEqual(first);
  services.clock.set('2027-02-01T00:00:00Z');
  await countNew(services);
  await comesTo();
  const { rows } = await readReport(services, world.people.registrar, 'annual', { year: 2026 });
  expect(rows).toEqual([{
    code: 'H05', name: 'Ủy ban nhân dân tỉnh Bắc Ninh', inForce: 3, issued: 3, renewed: 0, changed: 0, revoked: 0, expired: 0, endingNext: 0, requests: 6, inTime: 3, share: 0.5,
  }]);
});

test('an agency that comes under another province takes its figures along', async () => {
  const { services } = world;
  const of = async (code: string) => (await readReport(services, await actorFor(services, 'auditor'), 'annual', { year: 2026 })).rows.find((row) => row['code'] === code);
  await services.db.raw(`update agencies set path = 'H26' || path where path <@ 'H05'`);
  await countNew(services);
  expect(await of('H05')).toBeUndefined();
  expect(await of('H26')).toMatchObject({ issued: 3, requests: 6 });
  const kept = await keptSums(services);
  await recount(services);
  expect(await keptSums(services)).toEqual(kept);
  await services.db.raw(`update agencies set path = subpath(path, 1) where path <@ 'H26.H05'`);
  await countNew(services);
  expect(await of('H05')).toMatchObject({ issued: 3, requests: 6 });
});

test('figures are of the last count and say so; who counts does not hold up who reads, nor two each other', async () => {
  const { services } = world;
  const read = async () => readReport(services, await actorFor(services, 'auditor'), 'certificates-by-state');
  const { countedAt } = await countNow(services);
  services.clock.advance({ minutes: 1 });
  await decideAll(world, (await submitted(world)).id);
  await services.db.transaction(async (tx) => {
    await tx('report_marks').forUpdate().first('position');
    expect(await read()).toMatchObject({ complete: false, countedAt, totals: { total: 4 } });
    expect(await countNow(services)).toEqual({ complete: false, countedAt });
  });
  expect(await countNow(services)).toEqual({ complete: true, countedAt: services.now() });
  expect(await read()).toMatchObject({ complete: true, countedAt: services.now(), totals: { total: 5 } });
});

test('where there are certificates and no count yet, nobody is shown zeros; the job counts all of it', async () => {
  const { services } = world;
  const auditor = await actorFor(services, 'auditor');
  await services.db('report_marks').update({ position: null, countedAt: null });
  await expect(readReport(services, auditor, 'certificates-by-state')).rejects.toThrow('figures-not-ready');
  await expect(countNow(services)).rejects.toThrow('figures-not-ready');
  await countNew(services);
  expect(await readReport(services, auditor, 'certificates-by-state')).toMatchObject({ complete: true, totals: { total: 5 } });
});
