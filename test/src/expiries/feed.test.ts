import { randomUUID } from 'node:crypto';
import { createAgency } from '../../../src/agencies/create.ts';
import { expiryRoutes } from '../../../src/expiries/routes.ts';
import { issueForTest, officialOrder, testActor, testAuthorities } from '../../authorities.ts';
import { apiKeyFor, testApp, testServices, type TestServices } from '../../database.ts';

let services: TestServices;
let base: string;
let agency: { id: string };
let other: { id: string };
beforeAll(async () => {
  services = await testServices();
  await testAuthorities(services);
  base = await testApp(services, { endpoints: expiryRoutes });
  agency = await services.db('agencies').where({ code: 'H05' }).first('id');
  other = await services.db('agencies').where({ code: 'H50' }).first('id');
});

const post = async (path: string, body?: object, role: 'registrar' | 'operator' = 'registrar', agencyPath = 'H05') => {
  const answer = await fetch(`${base}/api/v1${path}`, {
    method: 'POST', headers: { authorization: `Bearer ${await apiKeyFor(services, role, role === 'operator' ? undefined : agencyPath)}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: answer.status, body: (await answer.json()) as { id: string; url: string } };
};
const newFeed = async () => (await post(`/agencies/${agency.id}/calendar-feeds`, { label: 'Outlook', days: 30 })).body;
const fetchFeed = (url: string) => fetch(url.replace('http://pki.test', base));

test('a calendar program gets the ends of the agency and below as whole days, with the address alone', async () => {
  const below = await createAgency(services, testActor, { code: 'H05.9', name: 'Sở Y tế' });
  const mine = await issueForTest(services, officialOrder({ subject: [['C', 'VN'], ['O', 'UBND'], ['CN', 'Lê, Văn; C']], days: 60, holder: { agencyId: below.id, agencyPath: 'H05.H05_9', officialId: randomUUID() } }));
  await issueForTest(services, officialOrder({ days: 60, holder: { agencyId: other.id, agencyPath: 'H50', officialId: randomUUID() } }));
  const { url } = await newFeed();
  const answer = await fetchFeed(url);
  const ics = await answer.text();
  expect(answer.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
  const lines = ics.replaceAll('\r\n ', '').split('\r\n');
  expect(lines.filter((line) => line.startsWith('BEGIN:VEVENT'))).toHaveLength(1);
  expect(lines).toEqual(expect.arrayContaining([
    `UID:${mine.certificateId}@pki.test`, 'DTSTART;VALUE=DATE:20270101', 'SUMMARY:Hết hạn chứng thư: Lê\\, Văn\\; C', `URL;VALUE=URI:http://pki.test/renew/${mine.certificateId}`,
  ]));
  expect(await services.db('calendar_feeds').first('lastUsedAt')).toMatchObject({ lastUsedAt: services.now() });
});

test('a token opens its own agency alone, is stored as a hash, ends and can be withdrawn', async () => {
  const { id, url } = await newFeed();
  const token = new URL(url).searchParams.get('token')!;
  expect(JSON.stringify(await services.db('calendar_feeds'))).not.toContain(token);
  expect((await fetchFeed(url.replace(agency.id, other.id))).status).toBe(404);
  expect((await fetchFeed(url.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')))).status).toBe(404);
  expect((await fetchFeed(url.replace(/\?.*/, ''))).status).toBe(422);
  const asKey = await fetch(`${base}/api/v1/agencies/${agency.id}/calendar-feeds`, { headers: { authorization: `Bearer ${token}` } });
  expect(asKey.status).toBe(401);
  expect((await post(`/calendar-feeds/${id}/revocation`, undefined, 'registrar', 'H50')).status).toBe(403);
  expect((await fetchFeed(url)).status).toBe(200);
  expect((await post(`/calendar-feeds/${id}/revocation`)).status).toBe(200);
  expect((await fetchFeed(url)).status).toBe(404);
  const second = await newFeed();
  services.clock.advance({ days: 31 });
  expect((await fetchFeed(second.url)).status).toBe(404);
});

test('who may make one', async () => {
  expect((await post(`/agencies/${agency.id}/calendar-feeds`, { label: 'x' }, 'operator')).status).toBe(403);
  expect((await post(`/agencies/${agency.id}/calendar-feeds`, { label: 'x' }, 'registrar', 'H50')).status).toBe(403);
  expect((await post(`/agencies/${randomUUID()}/calendar-feeds`, { label: 'x' })).status).toBe(422);
});
