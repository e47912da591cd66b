import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { readEvents } from '../../../src/events/read.ts';
import { eventRoutes } from '../../../src/events/routes.ts';
import { recordEvent, recordEvents, type NewEvent } from '../../../src/events/record.ts';
import { sequenceEvents } from '../../../src/events/sequence.ts';
import { watchArrivals } from '../../../src/events/watch.ts';
import { revokeCertificate } from '../../../src/certificates/revoke.ts';
import { issueForTest, officialOrder, testActor, testAuthorities } from '../../authorities.ts';
import { actorFor, apiKeyFor, testApp, testServices, type TestServices } from '../../database.ts';

let services: TestServices;
let base: string;
beforeAll(async () => {
  services = await testServices();
  base = await testApp(services, { endpoints: eventRoutes });
});

const event = (id: string, change: Partial<NewEvent> = {}): NewEvent =>
  ({ type: 'certificate.revoked', subject: { type: 'certificate', id }, agencyPath: 'H05', data: { n: 1 }, ...change });
const write = (...ids: string[]) => services.db.transaction((tx) => recordEvents(tx, ids.map((id) => event(id))));
const everyone = testActor;
const end = async (): Promise<string> => {
  for (let after = '0';;) {
    const page = await readEvents(services, everyone, { after, limit: 200 });
    if (!page.more) return page.next;
    after = page.next;
  }
};
const idsAfter = async (after: string, limit = 200) => (await readEvents(services, everyone, { after, limit })).items.map((row) => row.subjectId);

test('transactions that commit out of order: a reader by cursor misses none, whenever it reads', async () => {
  let after = await end();
  const seen: string[] = [];
  const read = async (): Promise<void> => {
    const page = await readEvents(services, everyone, { after, limit: 2 });
    seen.push(...page.items.map((row) => row.subjectId));
    after = page.next;
  };
  const early: Knex.Transaction = await services.db.transaction();
  await recordEvent(early, event('early'));
  await write('late 1', 'late 2', 'late 3');
  await read();
  expect(seen).toEqual(['late 1', 'late 2']);
  await early.commit();
  await read();
  await read();
  expect(seen).toEqual(['late 1', 'late 2', 'late 3', 'early']);
});

test('an hour-long transaction elsewhere holds back nobody', async () => {
  const long: Knex.Transaction = await services.db.transaction();
  await long.raw('select pg_current_xact_id()');
  const after = await end();
  await write('meanwhile');
  expect(await idsAfter(after)).toEqual(['meanwhile']);
  await long.rollback();
});

test('writers, sequencers and readers at once: every event once, in one order for all, positions without gaps', async () => {
  const start = await end();
  const written = Array.from({ length: 60 }, (_, i) => `w${i}`);
  const readers = Array.from({ length: 3 }, () => ({ after: start, seen: [] as string[] }));
  let writing = true;
  const reading = readers.map(async (reader) => {
    for (let last = false; ; ) {
      const page = await readEvents(services, everyone, { after: reader.after, limit: 7 });
      reader.seen.push(...page.items.map((row) => row.subjectId));
      reader.after = page.next;
      if (last && page.items.length === 0) return;
      last = !writing;
    }
  });
  await Promise.all(written.map(async (id, i) => services.db.transaction(async (tx) => {
    await recordEvent(tx, event(id));
    // hold the transaction open for different numbers of round trips, so that commits overtake each other
    for (let k = 0; k < (i * 7) % 5; k++) await tx.raw('select 1');
    if (i % 10 === 9) throw new Error('undone');
  }).catch(() => undefined)));
  await sequenceEvents(services, { wait: true });
  writing = false;
  await Promise.all(reading);
  const kept = written.filter((_, i) => i % 10 !== 9);
  for (const { seen } of readers) expect(seen.toSorted()).toEqual(kept.toSorted());
  expect(readers[1]?.seen).toEqual(readers[0]?.seen);
  const positions = (await services.db('events').orderBy('position').pluck('position')) as number[];
  expect(positions).toEqual(positions.map((_, i) => i + 1));
});

test('soon after the commit events move on without a reader', async () => {
  const watch = await watchArrivals(services);
  await write('by the notice');
  for (let n: unknown = 1; n !== 0;) n = (await services.db('event_arrivals').count('* as n').first())?.['n'];
  await watch.stop();
  expect(await idsAfter('0')).toContain('by the notice');
});

test('one statement for any number, in the order they were given', async () => {
  const after = await end();
  const queries: string[] = [];
  const tx = await services.db.transaction();
  tx.on('query', ({ sql }: { sql: string }) => queries.push(sql));
  const ids = Array.from({ length: 1_500 }, (_, i) => `many ${i}`);
  await recordEvents(tx, ids.map((id) => event(id)));
  expect(queries).toHaveLength(1);
  await tx.commit();
  await sequenceEvents(services, { wait: true });
  const page = await readEvents(services, everyone, { after, limit: 2_000 });
  expect(page.items.map((row) => row.subjectId)).toEqual(ids);
});

test('each reader sees the own agency and below; the cursor moves on over what is not theirs', async () => {
  const after = await end();
  const actor = await actorFor(services, 'registrar', 'H05');
  await services.db.transaction((tx) => recordEvents(tx, [
    event('own'), event('below', { agencyPath: 'H05.H05_1' }), event('neighbour', { agencyPath: 'H050' }), event('above', { agencyPath: 'H0' }), event('of the CA', { agencyPath: null }),
  ]));
  const page = await readEvents(services, actor, { after, limit: 10 });
  expect(page.items.map((row) => row.subjectId)).toEqual(['own', 'below']);
  expect(page).toMatchObject({ more: false, next: await end() });
});

test('a certificate issued and revoked over the whole way appears in the feed over HTTP', async () => {
  await testAuthorities(services);
  const after = await end();
  const { certificateId } = await issueForTest(services, officialOrder({ holder: { agencyId: null, agencyPath: 'H05', officialId: randomUUID() } }));
  await revokeCertificate(services, testActor, { certificateId, reason: 'keyCompromise' });
  const get = async (query: string, role: 'verifier' | 'registrar' = 'verifier') => {
    const answer = await fetch(`${base}/api/v1/events?${query}`, { headers: { authorization: `Bearer ${await apiKeyFor(services, role, role === 'registrar' ? 'H50' : undefined)}` } });
    return { status: answer.status, body: (await answer.json()) as { items: { type: string; subject: object; data: Record<string, unknown>; cursor: string }[]; next: string } };
  };
  const { body } = await get(`after=${after}&subjectId=${certificateId}`);
  expect(body.items.map(({ type, subject }) => [type, subject])).toEqual([
    ['certificate.issued', { type: 'certificate', id: certificateId }], ['certificate.revoked', { type: 'certificate', id: certificateId }],
  ]);
  expect(body.items[1]?.data).toMatchObject({ reason: 'keyCompromise', serialNumber: body.items[0]?.data['serialNumber'] });
  expect((await get(`after=${after}&type=certificate.revoked`)).body.items).toHaveLength(1);
  expect((await get(`after=${after}`, 'registrar')).body.items).toEqual([]);
  expect(await get('after=999999999')).toMatchObject({ status: 400 });
  expect(await get('after=x')).toMatchObject({ status: 422 });
});
