import { remindOfDeadlines, tellOfUrgent } from '../../../src/deadlines/remind.ts';
import { submitRequest } from '../../../src/requests/submit.ts';
import { apiKeyFor, testApp } from '../../database.ts';
import { decideAll, requestWorld, submitted } from '../requests/people.ts';

const world = await requestWorld();
const { services, people } = world;
const mails = (template: string): Promise<{ recipient: string; facts: Record<string, string> }[]> => services.db('mails').where({ template }).orderBy('queuedAt').select('recipient', 'facts') as never;

beforeAll(async () => {
  await services.db('operators').where({ id: people.examiner.id }).update({ email: 'examiner@ca.gov.vn' });
});

test('operators get one mail a day of what is overdue and what will be', async () => {
  expect(await remindOfDeadlines(services)).toBe(0);
  const [early, late] = [await submitted(world), await submitted(world)];
  await decideAll(world, early.id, [['registrar', 'confirm']]);
  services.clock.advance({ days: 1 });
  await decideAll(world, late.id, [['registrar', 'confirm']]);
  services.clock.set('2026-11-05T17:00:01Z');
  expect(await remindOfDeadlines(services)).toBe(1);
  expect(await remindOfDeadlines(services)).toBe(0);
  const [mail] = await mails('requests-due');
  expect(mail).toMatchObject({ recipient: 'examiner@ca.gov.vn', facts: { overdue: '1', soon: '1' } });
  expect(mail!.facts['lines']!.split('\n')).toEqual([expect.stringContaining('QUÁ HẠN'), expect.stringContaining('sắp đến hạn')]);
  services.clock.advance({ days: 1 });
  expect(await remindOfDeadlines(services)).toBe(1);
});

test('the lists of what is overdue and what will be soon, over HTTP', async () => {
  services.clock.set('2026-11-05T17:00:01Z');
  const base = await testApp(services);
  const headers = { authorization: `Bearer ${await apiKeyFor(services, 'auditor')}` };
  const count = async (query: string): Promise<number> => ((await (await fetch(`${base}/api/v1/requests?${query}`, { headers })).json()) as { items: unknown[] }).items.length;
  expect([await count('due=overdue'), await count('due=soon'), await count('urgent=true')]).toEqual([1, 1, 0]);
});

test('an urgent revocation is told at once, has its own clock, and is told once', async () => {
  const { newCertificateId } = await decideAll(world, (await submitted(world)).id);
  const request = await submitRequest(services, people.registrar, { kind: 'revoke', certificateId: newCertificateId!, ground: 'key-compromised' });
  expect(request).toMatchObject({ urgent: true, state: 'draft', dueAt: new Date(services.now().getTime() + 12 * 3_600_000) });
  expect(await tellOfUrgent(services)).toBe(1);
  expect(await tellOfUrgent(services)).toBe(0);
  expect(await mails('urgent-revocation')).toMatchObject([{ facts: { ground: 'lộ hoặc nghi lộ khóa bí mật' } }]);
});
