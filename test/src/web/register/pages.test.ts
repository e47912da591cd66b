import { testApp } from '../../../database.ts';
import { signedInAs, visitorAt } from '../people.ts';
import { webWorld } from '../world.ts';

const world = await webWorld();
const { services, agencyId } = world;
const base = await testApp(services);
const nationalId = '024090001234';
const person = await world.newOfficial({ name: 'Lê Thị Mai', nationalId, birthDate: '1990-05-06', mobile: '0912345678', sex: 'male' });
const path = `/officials/${person.id}`;
const as = (name: 'operator' | 'registrar' | 'auditor') => visitorAt(base, world.tokenOf.get(name));
const accesses = () => services.db('audit_entries').where({ action: 'official.personal-data-shown', subjectId: person.id });

test.each([['an official', path], ['an agency', `/agencies/${agencyId}`]])('a registrar of elsewhere is refused %s', async (_what, address) => {
  const { status, html } = await visitorAt(base, await signedInAs(services, 'registrar', 'H01')).get(address);
  expect([status, html.includes('data-problem="outside-your-agency"')]).toEqual([403, true]);
});

test('the identity number is masked, for an auditor without a way to see more', async () => {
  const { html } = await as('registrar').get(`${path}?lang=vi`);
  expect(html).toContain('0240********');
  for (const hidden of [nationalId, '0912345678', '1990']) expect(html).not.toContain(hidden);
  expect((await as('auditor').get(path)).html).not.toContain('name="purpose"');
  expect((await as('auditor').post(path, { purpose: 'chỉ để xem thử thôi' })).status).toBe(403);
});

test('it is revealed for a purpose, which is recorded, and kept by nobody', async () => {
  const refused = await as('registrar').post(path, { purpose: 'xem' });
  expect([refused.status, refused.html.includes('Nêu mục đích'), await accesses()]).toEqual([422, true, []]);
  const shown = await as('registrar').post(path, { purpose: 'đối chiếu công văn 12/SNV' });
  for (const part of [nationalId, '06/05/1990', '0912345678']) expect(shown.html).toContain(part);
  expect(shown.headers.get('cache-control')).toBe('no-store');
  expect(await accesses()).toMatchObject([{ after: { purpose: 'đối chiếu công văn 12/SNV' } }]);
});

test('an official has certificates and requests, an agency its people with what ends when', async () => {
  const { html } = await as('operator').get(`/officials/${world.officialId}?lang=vi`);
  for (const part of [`/certificates/${world.certificateId}`, `/work-list/${world.requestId}`, `/agencies/${agencyId}`, 'Đã cấp', 'Còn hiệu lực']) expect(html).toContain(part);
  const agency = (await as('registrar').get(`/agencies/${agencyId}?lang=vi`)).html;
  for (const part of ['Lê Thị Mai', 'Chưa có', `/officials/${world.officialId}`, 'H05', 'Người thử registrar']) expect(agency).toContain(part);
});

test('who is nobody has no page', async () => {
  for (const address of ['/officials/00000000-0000-4000-8000-000000000000', '/agencies/00000000-0000-4000-8000-000000000000', '/officials/x']) expect((await as('operator').get(address)).status).toBe(404);
});
