import { testApp } from '../../../database.ts';
import { openBrowser, openWindow } from '../browser.ts';
import { signedInAs, visitorAt } from '../people.ts';
import { webWorld } from '../world.ts';

const world = await webWorld();
const { services } = world;
const base = await testApp(services);
await world.newOfficial({ name: 'Đặng Thị <b>Hồng</b>', email: 'hongdt@bacninh.gov.vn' });

const find = async (typed: string, token = world.tokenOf.get('operator')) => (await visitorAt(base, token).get(`/search?q=${encodeURIComponent(typed)}&lang=vi`)).html;

test('without script: groups with links, what was typed stays, and nothing is markup', async () => {
  const html = await find('dang');
  for (const part of ['value="dang"', 'Cán bộ, công chức', '/officials/', 'Đặng Thị &lt;b&gt;Hồng&lt;/b&gt;', '1 kết quả']) expect(html).toContain(part);
  expect(await find('"><script>')).not.toContain('"><script>');
});

test('nothing found and too little typed are told kindly', async () => {
  expect(await find('khongcoai')).toContain('Không tìm thấy gì với “khongcoai”');
  expect(await find('d')).toContain('Gõ ít nhất hai chữ cái.');
  expect(await find('')).not.toContain('Gõ ít nhất hai chữ cái.');
});

test('a registrar of elsewhere finds nobody', async () => {
  expect(await find('dang', await signedInAs(services, 'registrar', 'H01'))).toContain('Không tìm thấy gì');
});

test('in a browser the results come while one types, and their address with them', async () => {
  const { page, complaints, close } = await openWindow(await openBrowser(), base, { token: world.tokenOf.get('operator')! });
  await page.goto(`${base}/search?lang=vi`);
  await page.locator('#q').pressSequentially('dang thi');
  await page.getByRole('link', { name: 'Đặng Thị' }).waitFor();
  expect(await page.getByRole('status').textContent()).toContain('1 kết quả cho “dang thi”');
  expect(page.url()).toBe(`${base}/search?q=dang+thi`);
  await page.locator('#q').fill('khongcoai');
  await page.getByText('Kiểm tra lại chính tả').waitFor();
  expect(await page.getByRole('link', { name: 'Đặng Thị' }).count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
}, 60_000);
