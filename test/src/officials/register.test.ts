import { changeOfficial, registerOfficial } from '../../../src/officials/register.ts';
import { officialRoutes } from '../../../src/officials/routes.ts';
import { createAgency } from '../../../src/agencies/create.ts';
import { findAgency } from '../../../src/agencies/store.ts';
import { actorFor, apiKeyFor, testApp, testServices } from '../../database.ts';

const services = await testServices();
const operator = await actorFor(services, 'operator');
const registrar = await actorFor(services, 'registrar', 'H05');
const idOf = async (code: string): Promise<string> => (await findAgency(services.db, { code }))!.id;
const bacNinh = await idOf('H05');
const quangTri = await idOf('H50');
const person = { agencyId: bacNinh, name: 'Đỗ Thị Ứng', position: 'Chuyên viên', email: 'ungdt@bacninh.gov.vn' };

test('an official is entered below the own agency, names in one form', async () => {
  const department = await createAgency(services, operator, { code: 'H05.1', name: 'Sở Y tế' });
  const official = await registerOfficial(services, registrar, { ...person, agencyId: department.id, name: ' Đỗ  Thị Ứng '.normalize('NFD'), email: 'UngDT@bacninh.gov.vn' });
  expect(official).toMatchObject({ name: 'Đỗ Thị Ứng', email: 'ungdt@bacninh.gov.vn', agencyCode: 'H05.1', agencyPath: 'H05.H05_1' });
});

test('the subscribers of an absorbed province are looked after by its successor', async () => {
  const bacGiang = { ...registrar, agencyPath: 'H05.H02' };
  await expect(registerOfficial(services, bacGiang, person)).rejects.toMatchObject({ code: 'outside-your-agency' });
  await expect(registerOfficial(services, registrar, { ...person, agencyId: await idOf('H02') })).rejects.toMatchObject({ code: 'invalid-fields' });
});

test.each([
  ['an e-mail that serves another', { email: person.email }, 'duplicate-request'],
  ['an agency that is not there', { agencyId: '00000000-0000-4000-8000-000000000000' }, 'invalid-fields'],
  ['an agency outside', { agencyId: quangTri, email: 'x@quangtri.gov.vn' }, 'outside-your-agency'],
])('%s is refused and leaves nothing', async (_rule, change, code) => {
  const before = await services.db('officials').count();
  await expect(registerOfficial(services, registrar, { ...person, ...change })).rejects.toMatchObject({ code });
  expect(await services.db('officials').count()).toEqual(before);
});

test('moving takes a reach over both agencies; leaving frees the e-mail', async () => {
  const official = await registerOfficial(services, registrar, { ...person, email: 'b@bacninh.gov.vn' });
  await expect(changeOfficial(services, registrar, official.id, { agencyId: quangTri })).rejects.toMatchObject({ code: 'outside-your-agency' });
  expect(await changeOfficial(services, operator, official.id, { agencyId: quangTri })).toMatchObject({ agencyCode: 'H50' });
  await expect(changeOfficial(services, registrar, official.id, { name: 'Khác' })).rejects.toMatchObject({ code: 'outside-your-agency' });
  await changeOfficial(services, operator, official.id, { left: true });
  await registerOfficial(services, registrar, { ...person, email: 'b@bacninh.gov.vn' });
  await expect(changeOfficial(services, operator, official.id, { left: false })).rejects.toMatchObject({ code: 'duplicate-request' });
  await expect(changeOfficial(services, operator, '00000000-0000-4000-8000-000000000000', {})).rejects.toMatchObject({ code: 'not-found' });
});

test('every change has its audit entry with before and after', async () => {
  const official = await registerOfficial(services, registrar, { ...person, email: 'c@bacninh.gov.vn' });
  await changeOfficial(services, registrar, official.id, { position: 'Trưởng phòng' });
  const entries = await services.db('audit_entries').where({ subjectId: official.id }).orderBy('sequence').select('action', 'before', 'after');
  expect(entries.map((e) => [e.action, e.before?.position, e.after.position])).toEqual([
    ['official.registered', undefined, 'Chuyên viên'], ['official.changed', 'Chuyên viên', 'Trưởng phòng'],
  ]);
});

test('a search without diacritics, within the own reach alone', async () => {
  const base = await testApp(services, { endpoints: officialRoutes });
  const find = async (token: string, q: string): Promise<number> => {
    const response = await fetch(`${base}/api/v1/officials?q=${encodeURIComponent(q)}`, { headers: { authorization: `Bearer ${token}` } });
    return ((await response.json()) as { items: unknown[] }).items.length;
  };
  expect(await find(await apiKeyFor(services, 'registrar', 'H05'), 'do thi UNG')).toBeGreaterThan(1);
  expect(await find(await apiKeyFor(services, 'registrar', 'H50'), 'do thi ung')).toBe(1);
  for (const form of ['NFC', 'NFD']) expect(await find(await apiKeyFor(services, 'registrar', 'H50'), 'Đỗ Thị'.normalize(form))).toBe(1);
  expect(await find(await apiKeyFor(services, 'registrar', 'H01'), 'do thi ung')).toBe(0);
  expect(await find(await apiKeyFor(services, 'auditor'), '100%')).toBe(0);
});
