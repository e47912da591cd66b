import { randomUUID } from 'node:crypto';
import { addOperator } from '../../../src/access/operators.ts';
import { remindOfExpiries } from '../../../src/expiries/remind.ts';
import { sendMails } from '../../../src/notifications/send.ts';
import { setPolicy } from '../../../src/policies/set.ts';
import { issueForTest, officialOrder, testActor, testAuthorities } from '../../authorities.ts';
import { testServices, type TestServices } from '../../database.ts';
import { testMailServer, type TestMailServer } from '../../mail-server.ts';

const start = '2026-11-02T02:00:00.000Z';
let services: TestServices;
let mailServer: TestMailServer;
let agencyId: string;
beforeAll(async () => {
  mailServer = await testMailServer();
  services = await testServices({ SMTP_URL: `smtp://127.0.0.1:${mailServer.port}`, MAIL_FROM: 'no-reply@pki.test' });
  await testAuthorities(services);
  agencyId = (await services.db('agencies').where({ code: 'H05' }).first('id')).id;
  await registrar('registrar@h05.vn', 'H05');
  await registrar('registrar@h05-1.vn', 'H05.H05_1');
  await registrar('registrar@h50.vn', 'H50');
  // whose appointment has ended is nearest to nobody
  await registrar('ended@h05-1.vn', 'H05.H05_1', new Date(services.now().getTime() + 1));
});
beforeEach(async () => {
  services.clock.set(start);
  await services.db('mails').delete();
  await services.db('expiry_reminders').delete();
  await services.db('certificates').where('state', 'issued').whereNotNull('agencyPath').update({ state: 'void', der: null });
  mailServer.received.length = 0;
});

const registrar = (email: string, agencyPath: string, expiresAt?: Date) => services.db.transaction((tx) =>
  addOperator(tx, testActor, { name: email, email, kind: 'person', roles: ['registrar'], agencyPath, expiresAt }, services.now()));
let count = 0;
async function official(change: { leftAt?: Date } = {}): Promise<{ id: string; email: string }> {
  const row = { id: randomUUID(), agencyId, name: `Trần Thị ${'B'.repeat((count += 1))}`, position: 'Chuyên viên', email: `b${count}@bacninh.gov.vn`, leftAt: change.leftAt ?? null, createdAt: services.now(), updatedAt: services.now() };
  await services.db('officials').insert(row);
  return row;
}
const issue = async (days: number, officialId: string = randomUUID(), agencyPath = 'H05') =>
  (await issueForTest(services, officialOrder({ days, holder: { agencyId: null, agencyPath, officialId } }))).certificateId;
const recipients = async () => ((await services.db('mails').orderBy('recipient').pluck('recipient')) as string[]).toSorted();

test('a real mail at each of 90, 60, 30, 14, 7 and 1 days, to the official and the registrar, and no other', async () => {
  const person = await official();
  const id = await issue(100, person.id);
  const remindedOn: number[] = [];
  for (let day = 0; day <= 101; day++) {
    services.clock.set(new Date(Date.parse(start) + day * 86_400_000));
    if ((await remindOfExpiries(services)) === 1) remindedOn.push(100 - day);
    expect(await remindOfExpiries(services)).toBe(0);
  }
  expect(remindedOn).toEqual([90, 60, 30, 14, 7, 1]);
  await sendMails(services);
  expect(mailServer.received.map(({ to }) => to[0] ?? '').toSorted()).toEqual([...Array.from({ length: 6 }, () => person.email), ...Array.from({ length: 6 }, () => 'registrar@h05.vn')]);
  expect(mailServer.received[0]?.text).toContain(`http://pki.test/renew/${id}`);
  expect(mailServer.received[0]?.header('Subject')).toContain('Trần Thị');
});

test('a day without a run is made up for, once', async () => {
  await issue(100, (await official()).id);
  services.clock.advance({ days: 45 });
  expect(await remindOfExpiries(services)).toBe(1);
  expect(await remindOfExpiries(services)).toBe(0);
  services.clock.advance({ days: 40 });
  await Promise.all([remindOfExpiries(services), remindOfExpiries(services)]);
  const stages = await services.db('expiry_reminders').orderBy('daysBefore').pluck('days_before');
  expect(stages).toEqual([30, 60].filter((d) => stages.includes(d)));
  expect(await services.db('mails').count('* as n').first()).toMatchObject({ n: 4 });
});

test.each([
  ['replaced by another', async (id: string) => { await issueForTest(services, officialOrder({ replacesId: id, days: 365 })); }],
  ['revoked', async (id: string) => { await services.db('certificates').where({ id }).update({ state: 'revoked' }); }],
  ['ended', async () => services.clock.advance({ days: 60 })],
])('nobody is reminded of a certificate that was %s', async (_what, happen) => {
  const id = await issue(100, (await official()).id);
  services.clock.advance({ days: 50 });
  await happen(id);
  expect(await remindOfExpiries(services)).toBe(0);
});

test('a certificate issued for 20 days is not announced at once', async () => {
  await issue(20, (await official()).id);
  expect(await remindOfExpiries(services)).toBe(0);
  services.clock.advance({ days: 7 });
  expect(await remindOfExpiries(services)).toBe(1);
});

test('many at once: each official alone, the nearest registrar one list; who left gets none', async () => {
  const people = [await official(), await official(), await official({ leftAt: services.now() })];
  for (const { id } of people) await issue(100, id);
  await issue(100, randomUUID(), 'H05.H05_1');
  services.clock.advance({ days: 12 });
  expect(await remindOfExpiries(services)).toBe(4);
  expect(await recipients()).toEqual([people[0]!.email, people[1]!.email, 'registrar@h05-1.vn', 'registrar@h05.vn'].toSorted());
  const list = await services.db('mails').where({ recipient: 'registrar@h05.vn' }).first('template', 'facts');
  expect([list.template, list.facts.count, list.facts.lines.split('\n')]).toMatchObject(['certificates-expiring', '3', { length: 3 }]);
  // the day, whose it is, the number: no subject as machines write it
  for (const line of list.facts.lines.split('\n')) expect(line).toMatch(/^\d\d\/\d\d\/\d{4}: [^=]+ \([0-9a-f]+\)$/);
});

test('the days are policy', async () => {
  await issue(100, (await official()).id);
  services.clock.advance({ days: 12 });
  await expect(setPolicy(services, testActor, { key: 'reminder.days_before', value: [1, 2], effectiveFrom: services.now(), source: 'test' })).rejects.toMatchObject({ code: 'invalid-fields' });
  await setPolicy(services, testActor, { key: 'reminder.days_before', value: [80], effectiveFrom: services.now(), source: 'test' });
  expect(await remindOfExpiries(services)).toBe(0);
  services.clock.advance({ days: 9 });
  expect(await remindOfExpiries(services)).toBe(1);
});
