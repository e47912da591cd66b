import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { buildPkcs12 } from '../../../../pki/keys/pkcs12.ts';
import { atEnd, testApp } from '../../../database.ts';
import { opensslFolder } from '../../../openssl.ts';
import { decideAll, newKey, requestWorld, submitted, type RequestWorld } from '../../requests/people.ts';
import { fits, look, openBrowser, openWindow, violations } from '../browser.ts';

const folder = await opensslFolder();
atEnd(folder.remove);
const password = 'mật khẩu của tôi 1';
let world: RequestWorld;
let base = '';
let browser: Browser;

beforeAll(async () => {
  world = await requestWorld();
  base = await testApp(world.services);
  browser = await openBrowser();
}, 120_000);

/** An official's certificate with its key, as the PKCS#12 file they have kept. */
async function holder(key = newKey()): Promise<{ officialId: string; p12: string }> {
  const { id, officialId } = await submitted(world, key);
  const { newCertificateId } = await decideAll(world, id);
  const { der } = (await world.services.db('certificates').where({ id: newCertificateId }).first('der')) as { der: Uint8Array };
  const file = await buildPkcs12({ privateKey: key, certificates: [der], password, salts: randomBytes });
  return { officialId: officialId!, p12: await folder.write(`${officialId}.p12`, file) };
}

const methodsOf = async (officialId: string): Promise<string[]> => ((await world.services.db('sessions').where({ officialId }).select('method')) as { method: string }[]).map(({ method }) => method);

test.each(['vi', 'en'] as const)('in %s: the key of a .p12 file signs in without leaving the browser', async (language) => {
  const { officialId, p12 } = await holder();
  const { page, complaints, close } = await openWindow(browser, base);
  const sent: string[] = [];
  page.on('request', (request) => { if (request.method() === 'POST') sent.push(`${new URL(request.url()).pathname} ${request.postDataBuffer()?.toString('latin1') ?? ''}`); });
  await page.goto(`${base}/sign-in?to=%2Faccount&lang=${language}`);
  await Promise.all([page.waitForURL('**/sign-in/key?*'), page.click('a[href^="/sign-in/key"]')]);
  await page.click('main button[type=submit]');
  await page.waitForSelector('#with-p12:visible');
  expect(await violations(page)).toEqual([]);
  expect(await fits(page)).toBe(true);
  await look(page, `${language}-key-proof`);
  await page.setInputFiles('#p12', p12);
  await page.fill('#p12-password', 'nothing like it');
  await page.click('[data-part=form] button[type=submit]');
  await page.waitForSelector('[data-part=wrong]:not(:empty)');
  expect(await violations(page)).toEqual([]);
  await page.fill('#p12-password', password);
  await Promise.all([page.waitForURL('**/account'), page.click('[data-part=form] button[type=submit]')]);
  expect(await methodsOf(officialId)).toEqual(['key-proof']);
  // what went out: the question for a challenge, the challenge, and its signature; neither the file nor its password
  expect(sent.map((line) => line.split(' ')[0])).toEqual(['/sign-in/key', '/sign-in/key/file', '/sign-in/key/proof']);
  expect(sent.join().includes((await readFile(p12)).toString('latin1').slice(0, 40))).toBe(false);
  expect(sent.join()).not.toContain(Buffer.from(password).toString('latin1'));
  expect(complaints).toEqual([]);
  await close();
}, 120_000);

test('an RSA key of a .p12 file signs in too', async () => {
  const { officialId, p12 } = await holder(generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey);
  const { page, close } = await openWindow(browser, base);
  await page.goto(`${base}/sign-in/key?to=%2Faccount`);
  await page.click('main button[type=submit]');
  await page.waitForSelector('#with-p12:visible');
  await page.setInputFiles('#p12', p12);
  await page.fill('#p12-password', password);
  await Promise.all([page.waitForURL('**/account'), page.click('[data-part=form] button[type=submit]')]);
  expect(await methodsOf(officialId)).toEqual(['key-proof']);
  await close();
}, 120_000);

test('without script: saved, signed with openssl, sent back; a file that is not signed is told calmly', async () => {
  const { officialId, p12 } = await holder();
  const pem = folder.path('holder.pem');
  expect(await folder.openssl('pkcs12', '-in', p12, '-noenc', '-passin', `pass:${password}`, '-out', pem)).toMatchObject({ code: 0 });
  const { page, close } = await openWindow(browser, base, { javaScriptEnabled: false, acceptDownloads: true });
  await page.goto(`${base}/sign-in/key`);
  await page.click('main button[type=submit]');
  await page.waitForSelector('#proof');
  expect(await page.locator('#with-p12').isVisible()).toBe(false);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('button[value=txt]')]);
  const [saved, signed] = [folder.path('dang-nhap.txt'), folder.path('dang-nhap.p7m')];
  await download.saveAs(saved);
  expect(await folder.openssl('cms', '-sign', '-nodetach', '-in', saved, '-signer', pem, '-outform', 'DER', '-out', signed)).toMatchObject({ code: 0 });
  await page.setInputFiles('#signed', signed);
  await Promise.all([page.waitForURL('**/my-certificate'), page.click('#proof button[type=submit]')]);
  expect(await methodsOf(officialId)).toEqual(['key-proof']);
  await close();

  const again = await openWindow(browser, base);
  await again.page.goto(`${base}/sign-in/key`);
  await again.page.click('main button[type=submit]');
  await again.page.setInputFiles('#signed', saved);
  await again.page.click('#proof button[type=submit]');
  await again.page.waitForSelector('a.govuk-button[href="/sign-in/key"]');
  expect(await violations(again.page)).toEqual([]);
  await look(again.page, 'vi-key-proof-refused');
  await again.close();
}, 120_000);
