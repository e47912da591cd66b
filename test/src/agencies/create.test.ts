import { createAgency, renameAgency } from '../../../src/agencies/create.ts';
import { actorFor, apiKeyFor, testApp, testServices } from '../../database.ts';
import { agencyRoutes } from '../../../src/agencies/routes.ts';

const services = await testServices();
const operator = await actorFor(services, 'operator');
const base = await testApp(services, { endpoints: agencyRoutes });
const key = await apiKeyFor(services, 'operator');
interface Answer { items: { code: string }[]; names: { name: string; validFrom: string; validTo: string | null }[]; next: string | null }
const get = async (path: string): Promise<Answer> =>
  (await fetch(`${base}/api/v1/agencies${path}`, { headers: { authorization: `Bearer ${key}` } })).json() as Promise<Answer>;

test('34 provinces stand, 29 are closed and lead to their successors', async () => {
  expect(await services.db('agencies').where({ kind: 'province' }).whereNull('validTo')).toHaveLength(34);
  const closed = await services.db('agencies as a').join('agencies as s', 's.id', 'a.successorId').where('a.kind', 'province').whereNotNull('a.validTo')
    .select('a.code', 'a.path', 's.code as successor', 's.validTo as successorClosed');
  expect(closed).toHaveLength(29);
  for (const { path, code, successor, successorClosed } of closed) {
    expect(path).toBe(`${successor}.${code}`);
    expect(successorClosed).toBeNull();
  }
});

test('the identifier code follows the name, the unit code the headquarters: neither comes from the other', async () => {
  expect(await get('/H05')).toMatchObject({ name: 'Ủy ban nhân dân tỉnh Bắc Ninh', unitCode: '24', locality: 'Bắc Ninh', aliases: ['000.00.00.H05'] });
  expect(await get('/000.00.00.H02')).toMatchObject({ code: 'H02', successorCode: 'H05', validTo: '2025-06-30T17:00:00.000Z' });
});

test('an agency is entered under the one its code names', async () => {
  const first = await createAgency(services, operator, { code: 'H05.12', name: 'Sở Khoa học và Công nghệ', aliases: ['000.00.12.H05'] });
  const second = await createAgency(services, operator, { code: 'H05.12.3', name: 'Trung tâm Chuyển đổi số' });
  expect([first.path, second.path, second.parentId]).toEqual(['H05.H05_12', 'H05.H05_12.H05_12_3', first.id]);
  expect(await get('/000.00.12.H05')).toMatchObject({ id: first.id, parentCode: 'H05' });
});

test('the old form of a code is kept as an alias of the new one', async () => {
  const agency = await createAgency(services, operator, { code: '000.00.13.H05', name: 'Sở Tài chính' });
  expect(agency.code).toBe('H05.13');
  expect(await get('/H05.13')).toMatchObject({ aliases: ['000.00.13.H05'] });
});

test.each([
  ['a code that is none', { code: 'H5.x', name: 'Sở' }, 'invalid-fields'],
  ['nothing above it', { code: 'H05.77.1', name: 'Sở' }, 'invalid-fields'],
  ['below a closed province', { code: 'H02.1', name: 'Sở' }, 'invalid-fields'],
  ['a closed code is never given out again', { code: 'H02', name: 'Tỉnh mới' }, 'duplicate-request'],
  ['the code of a standing one', { code: 'H05', name: 'Bắc Ninh' }, 'duplicate-request'],
  ["another's spelling", { code: 'H05.99', name: 'Sở', aliases: ['000.00.00.H05'] }, 'duplicate-request'],
  ['a name that no certificate can hold', { code: 'H05.98', name: 'x'.repeat(65) }, 'invalid-fields'],
])('%s is refused and leaves nothing', async (_rule, input, code) => {
  const count = async (): Promise<unknown[]> => [await services.db('agencies').count(), await services.db('agency_aliases').count(), await services.db('audit_entries').where('action', 'agency.created').count()];
  const before = await count();
  await expect(createAgency(services, operator, input)).rejects.toMatchObject({ code });
  expect(await count()).toEqual(before);
});

test('H05 does not reach what only looks alike', async () => {
  const bound = { ...operator, agencyPath: 'H05' };
  await expect(createAgency(services, bound, { code: 'K05', name: 'Hội đồng nhân dân' })).rejects.toMatchObject({ code: 'outside-your-agency' });
  await expect(createAgency(services, bound, { code: 'H50.1', name: 'Sở' })).rejects.toMatchObject({ code: 'outside-your-agency' });
});

test('of two that enter one code at once one wins', async () => {
  const enter = () => createAgency(services, operator, { code: 'H49.7', name: 'Sở Y tế' });
  const outcomes = await Promise.allSettled([enter(), enter()]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(outcomes.find((o) => o.status === 'rejected')?.reason).toMatchObject({ code: 'duplicate-request' });
});

test('a name has its history', async () => {
  const agency = await createAgency(services, operator, { code: 'H05.30', name: 'Sở Thông tin và Truyền thông' });
  services.clock.advance({ days: 1 });
  await renameAgency(services, operator, agency.id, { name: 'Sở Khoa học và Công nghệ' });
  const { names } = await get('/H05.30');
  expect(names.map((n) => n.name)).toEqual(['Sở Khoa học và Công nghệ', 'Sở Thông tin và Truyền thông']);
  expect(names[1]?.validTo).toBe(names[0]?.validFrom);
});

test.each([
  ['?q=bac ninh&kind=province&closed=false', ['H05']],
  ['?q=THUA', ['H11', 'H43']],
  ['?q=%25', []],
  ['?q=kon', ['H34']],
  ['?under=H05&kind=province', ['H02', 'H05']],
  ['?q=000.00.00.h49', ['H49']],
])('search without diacritics: %s', async (query, codes) => {
  const { items } = await get(query);
  expect(items.map((a) => a.code)).toEqual(codes);
});

test('a list is read page by page', async () => {
  const seen: string[] = [];
  for (let next: string | null = ''; next !== null;) {
    const page = await get(`?kind=province&limit=20${next && `&after=${next}`}`);
    seen.push(...page.items.map((a) => a.code));
    next = page.next;
  }
  expect(seen).toHaveLength(63);
  expect(seen).toEqual(seen.toSorted());
});
