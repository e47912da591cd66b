import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnd, testApp } from '../database.ts';
import { openBrowser, openWindow, violations } from '../src/web/browser.ts';
import { signIn } from '../src/web/people.ts';
import { webWorld } from '../src/web/world.ts';
import { csrFor, submitted } from '../src/requests/people.ts';

const world = await webWorld();
const { services, people, newOfficial } = world;
const base = await testApp(services);
const browser = await openBrowser();
const token = await signIn(services, { kind: 'operator', id: people.registrar.id });
const folder = mkdtempSync(join(tmpdir(), 'antin-registrar-'));
atEnd(async () => rmSync(folder, { recursive: true }));

test('a registrar confirms ten requests on the work list, in Vietnamese', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 10; i++) ids.push((await submitted(world)).id);
  const { page, complaints, close } = await openWindow(browser, base, { token });
  await page.goto(`${base}/work-list`);
  for (const box of await page.locator('input[name=chosen]').all()) await box.check();
  await page.getByRole('button', { name: 'Xác nhận các yêu cầu đã chọn' }).click();
  await page.getByText('Đã xử lý 10 trên 10 yêu cầu.').waitFor();
  const rows = (await services.db('requests').whereIn('id', ids).select('state')) as { state: string }[];
  expect(rows.map(({ state }) => state)).toEqual(Array.from({ length: 10 }, () => 'confirmed'));
  expect(complaints).toEqual([]);
  await close();
}, 120_000);

test('a registrar asks for a new certificate from the list of people, mends a mistake and confirms, in English', async () => {
  const official = await newOfficial({ name: 'Đỗ Thị Mơ', email: 'mo.dt@bacninh.gov.vn' });
  const csr = join(folder, 'key.csr');
  writeFileSync(csr, await csrFor());
  const { page, complaints, close } = await openWindow(browser, base, { token });
  await page.goto(`${base}/people?lang=en`);
  await page.getByRole('link', { name: 'Without a certificate' }).click();
  await page.getByText('Filter the list').click();
  await page.getByLabel('Name or e-mail').fill('do thi mo');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('link', { name: 'Certificate for Đỗ Thị Mơ' }).click();
  await page.getByRole('heading', { name: 'Ask for a certificate' }).waitFor();
  await page.getByLabel('Note').fill('first certificate');
  await page.getByRole('button', { name: 'Hand in the request' }).click();
  await page.getByRole('alert').getByText('Choose the PKCS#10 file.').waitFor();
  expect(await page.getByLabel('Note').inputValue()).toBe('first certificate');
  expect(await violations(page)).toEqual([]);
  await page.getByLabel('Certificate request file (PKCS#10)').setInputFiles(csr);
  await page.getByRole('button', { name: 'Hand in the request' }).click();
  await page.getByRole('heading', { name: 'The request is handed in' }).waitFor();
  await page.getByRole('button', { name: 'Open and confirm the request' }).click();
  await page.getByLabel('Confirm the request').check();
  await page.getByRole('button', { name: 'Record the decision' }).click();
  await page.getByText('Your decision is recorded.').waitFor();
  expect(await services.db('requests').where({ officialId: official.id }).first('state', 'note')).toEqual({ state: 'confirmed', note: 'first certificate' });
  expect(complaints).toEqual([]);
  await close();
}, 120_000);
