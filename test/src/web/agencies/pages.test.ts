import { createAgency } from '../../../../src/agencies/create.ts';
import { testApp } from '../../../database.ts';
import { openBrowser, openWindow, violations } from '../browser.ts';
import { visitorAt } from '../people.ts';
import { webWorld } from '../world.ts';

const world = await webWorld();
const { services, people } = world;
for (const [code, name] of [['H05.1', 'Phòng Văn hóa xã Một'], ['H05.2', 'Phòng Văn hóa xã Hai'], ['H01.1', 'Phòng Văn hóa nơi khác']] as const) await createAgency(services, people.examiner, { code, name });
const base = await testApp(services);
const token = world.tokenOf.get('registrar')!;
const registrar = visitorAt(base, token);
const person = (agency: string | readonly string[], email: string): Record<string, string | readonly string[]> =>
  ({ name: 'Lê Thị Hồng', position: 'Văn thư', email, agency, nationalId: '', birthDate: '', sex: '', mobile: '' });
const agencyOf = async (email: string): Promise<unknown> => services.db('officials as o').join('agencies as a', 'a.id', 'o.agencyId').where('o.email', email).first('a.code');

test('an agency is named by words without diacritics; where several have them the form offers those of one’s own, and takes the one chosen', async () => {
  const asked = await registrar.post('/people/new', person('van hoa', 'a@bacninh.gov.vn'));
  expect(asked.status).toBe(422);
  expect(asked.html).toContain('<a href="#agency">Có nhiều cơ quan mang tên này.');
  expect([...asked.html.matchAll(/type="radio" value="(H[\d.]+)"/g)].map(([, code]) => code)).toEqual(['H05.2', 'H05.1']);
  const taken = await registrar.post('/people/new', person(['van hoa', 'H05.1'], 'a@bacninh.gov.vn'));
  expect([taken.status, await agencyOf('a@bacninh.gov.vn')]).toEqual([303, { code: 'H05.1' }]);
  await registrar.post('/people/new', person('van hoa xa hai', 'b@bacninh.gov.vn'));
  expect(await agencyOf('b@bacninh.gov.vn')).toEqual({ code: 'H05.2' });
});

test('what was chosen stays when something else has to be mended', async () => {
  const { html } = await registrar.post('/people/new', person(['van hoa', 'H05.1'], 'không'));
  expect(html).toMatch(/<input[^>]*id="agency"[^>]*value="H05\.1"/);
});

test.each([['/people', 'van hoa xa mot', 'Phòng Văn hóa xã Một (H05.1)'], ['/work-list', 'van hoa xa mot', 'Phòng Văn hóa xã Một (H05.1)']])('the list of %s is narrowed down by a name', async (path, typed, shown) => {
  const { status, html } = await registrar.get(`${path}?agency=${encodeURIComponent(typed)}`);
  expect([status, html.includes(`value="${shown}"`)]).toEqual([200, true]);
  expect((await registrar.get(`${path}?agency=van+hoa`)).html).toContain('type="radio" value="H05.1"');
  expect((await registrar.get(`${path}?agency=kh%C3%B4ng+c%C3%B3`)).html).toContain('Không tìm thấy cơ quan nào có tên hoặc mã này.');
});

test('the page for it lists those of one’s own, or of the whole country', async () => {
  expect((await registrar.get('/agency-choices?q=van+hoa')).html).not.toContain('H01.1');
  expect((await registrar.get('/agency-choices?q=van+hoa&of=all')).html).toContain('data-agency="Phòng Văn hóa nơi khác (H01.1)"');
  expect((await registrar.get('/agency-choices?q=zzz')).html).toContain('Không tìm thấy cơ quan nào');
});

test('a script offers agencies as somebody types', async () => {
  const browser = await openBrowser();
  const { page, complaints, close } = await openWindow(browser, base, { token });
  await page.goto(`${base}/people/new`);
  for (const [label, text] of [['Họ và tên', 'Lê Thị Hồng'], ['Chức vụ', 'Văn thư'], ['Thư điện tử công vụ', 'c@bacninh.gov.vn'], ['Cơ quan', '']] as const) await page.getByLabel(label).fill(text);
  await page.getByLabel('Cơ quan').pressSequentially('van hoa', { delay: 10 });
  await page.locator('#agency-offered option').nth(1).waitFor({ state: 'attached' });
  expect(await page.locator('#agency-offered option').evaluateAll((all) => all.map((one) => one.getAttribute('value')))).toEqual(['Phòng Văn hóa xã Hai (H05.2)', 'Phòng Văn hóa xã Một (H05.1)']);
  await page.getByRole('button', { name: 'Đăng ký', exact: true }).click();
  await page.getByText('Bạn muốn nói cơ quan nào?').waitFor();
  expect(await violations(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
}, 120_000);
