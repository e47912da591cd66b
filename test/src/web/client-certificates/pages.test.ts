import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { atEnd, testApp, testServices } from '../../../database.ts';
import { testAuthorities } from '../../../authorities.ts';
import { newOperator } from '../../client-certificates/people.ts';
import { fits, look, openBrowser, openWindow, violations } from '../browser.ts';
import { signIn } from '../people.ts';

const services = await testServices({ CLIENT_CERTIFICATE_PROXIES: '127.0.0.1/32' });
await testAuthorities(services);
const base = await testApp(services);
const folder = mkdtempSync(join(tmpdir(), 'antin-sign-in-certificate-'));
atEnd(() => rm(folder, { recursive: true, force: true }));
const openssl = async (...args: string[]): Promise<string> => (await promisify(execFile)('openssl', args, { cwd: folder })).stdout;
const password = 'mật khẩu của tôi 1';
let browser: Browser;

beforeAll(async () => { browser = await openBrowser(); }, 120_000);

test.each(['vi', 'en'] as const)('in %s: an operator makes a key in the browser, openssl opens the file, and its certificate signs them in', async (language) => {
  const person = await newOperator(services);
  const token = await signIn(services, { kind: 'operator', id: person.id }, language === 'vi' ? 'enrolment' : 'passkey');
  const { page, complaints, close } = await openWindow(browser, base, { token, acceptDownloads: true });
  await page.goto(`${base}/account/passkeys?lang=${language}`);
  await page.goto(`${base}/account/certificates`);
  await page.fill('#name', 'Máy tính cơ quan');
  await page.check('#where');
  // old software of some offices takes RSA alone
  if (language === 'en') await page.check('input[value="RSA-3072"]');
  expect(await violations(page)).toEqual([]);
  await look(page, `${language}-sign-in-certificate-new`);
  await page.fill('#password', password);
  await page.fill('#password-again', password);
  await Promise.all([page.waitForNavigation(), page.click('#renew button[type=submit]')]);
  await page.fill('#make-password', password);
  await page.click('[data-part=make-form] button[type=submit]');
  await page.waitForSelector('[data-part=save-link]:visible');
  expect([await violations(page), await fits(page)]).toEqual([[], true]);
  await look(page, `${language}-sign-in-certificate-made`);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-part=save-link]')]);
  await download.saveAs(join(folder, 'held.p12'));

  writeFileSync(join(folder, 'held.pem'), await openssl('pkcs12', '-in', 'held.p12', '-noenc', '-passin', `pass:${password}`));
  expect(await openssl('pkey', '-in', 'held.pem', '-pubout')).toBe(await openssl('x509', '-in', 'held.pem', '-pubkey', '-noout'));
  expect(await openssl('x509', '-in', 'held.pem', '-noout', '-text')).toContain(language === 'en' ? 'Public-Key: (3072 bit)' : 'ASN1 OID: prime256v1');
  await page.setInputFiles('#check-file', join(folder, 'held.p12'));
  await page.fill('#check-password', password);
  await page.click('[data-part=check-form] button[type=submit]');
  await page.waitForSelector('[data-part=check-result].notice--done');
  await openssl('x509', '-in', 'held.pem', '-outform', 'DER', '-out', 'held.der');

  await page.goto(`${base}/account/certificates`);
  expect(await page.innerText('table')).toContain('Máy tính cơ quan');
  expect([await violations(page), await fits(page)]).toEqual([[], true]);
  await look(page, `${language}-sign-in-certificates`);
  await page.click('main table button');
  await page.waitForSelector('.govuk-error-summary');
  await page.click('.top__form button');
  await page.waitForURL(`${base}/signed-out`);

  // what the proxy in front writes after the handshake that proved the key
  await page.goto(`${base}/sign-in?to=%2Faccount`);
  await look(page, `${language}-sign-in-with-certificate`);
  await page.click('form[action^="/sign-in/certificate"] button');
  await page.waitForSelector('.govuk-error-summary');
  expect(await page.innerText('.govuk-error-summary')).toContain(language === 'vi' ? 'chưa gửi chứng thư' : 'sent no certificate');
  expect(await violations(page)).toEqual([]);
  const der = readFileSync(join(folder, 'held.der'));
  await page.route(/\/sign-in\/certificate/, (route) => route.continue({ headers: { ...route.request().headers(), 'client-cert': `:${der.toString('base64')}:` } }));
  await page.click('form[action^="/sign-in/certificate"] button');
  await page.waitForURL(`${base}/account`);
  expect(await page.innerText('main')).toContain(language === 'vi' ? 'chứng thư của bạn' : 'client certificate');
  expect(complaints).toEqual([]);
  await close();
}, 240_000);
