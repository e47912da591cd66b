import { testApp, testServices } from '../../../database.ts';
import { signedInAs, visitorAt } from '../people.ts';

const services = await testServices();
const base = await testApp(services);
const auditor = visitorAt(base, await signedInAs(services, 'auditor'));
await signedInAs(services, 'operator');

const rowsIn = (html: string): number => (html.match(/href="\/audit\/\d+"/g) ?? []).length;

test('the trail is narrowed down by what stands in the address, and an entry shows both sides of a change', async () => {
  const all = await auditor.get('/audit');
  expect(all.html).toContain('người dùng: tạo mới');
  const created = await auditor.get('/audit?action=operator.created');
  expect([rowsIn(created.html), created.html.includes('phiên đăng nhập')]).toEqual([2, false]);
  const { sequence, subjectId } = (await services.db('audit_entries').where({ action: 'operator.created' }).first('sequence', 'subjectId')) as { sequence: number; subjectId: string };
  expect(rowsIn((await auditor.get(`/audit?subjectType=operator&subjectId=${subjectId}`)).html)).toBe(1);
  const entry = await auditor.get(`/audit/${sequence}`);
  expect(entry.html).toContain('Người thử auditor');
  expect(entry.html).toMatch(/Vai trò<\/dt>\s*<dd[^>]*>Kiểm soát viên</);
  expect(entry.html).toContain('&quot;roles&quot;: [');
  expect((await auditor.get('/audit/999999')).status).toBe(404);
  expect((await auditor.get('/audit/0')).status).toBe(404);
});

test('days are those of Vietnam, both ends inside, and a day that is none is said beside its field', async () => {
  const { at } = (await services.db('audit_entries').orderBy('sequence').first('at')) as { at: Date };
  const dayOf = (moment: Date): string => new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Ho_Chi_Minh', day: '2-digit', month: '2-digit', year: 'numeric' }).format(moment);
  const [today, before, after] = [at, new Date(at.getTime() - 86_400_000), new Date(at.getTime() + 86_400_000)].map(dayOf);
  const count = async (query: string): Promise<number> => rowsIn((await auditor.get(`/audit?${query}`)).html);
  expect(await count(`from=${today}&until=${after}`)).toBeGreaterThan(0);
  expect(await count(`from=${before}&until=${before}`)).toBe(0);
  const wrong = await auditor.get('/audit?from=31%2F02%2F2026');
  expect([wrong.html.includes('<a href="#from">'), wrong.html.includes('value="31/02/2026"'), rowsIn(wrong.html)]).toEqual([true, true, 0]);
});

test('only who may read the audit does', async () => {
  const administrator = visitorAt(base, await signedInAs(services, 'administrator'));
  for (const path of ['/audit', '/audit/1', '/audit/verification']) expect((await administrator.get(path)).status).toBe(403);
});
