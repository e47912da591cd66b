import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { toPem } from '../../../../pki/keys/pem.ts';
import { remindOfExpiries } from '../../../../src/expiries/remind.ts';
import { openFacts } from '../../../../src/notifications/sealed.ts';
import { setPolicy } from '../../../../src/policies/set.ts';
import { testActor } from '../../../authorities.ts';
import { testApp } from '../../../database.ts';
import { csrFor, decideAll, newKey, requestWorld, submitted, type RequestWorld } from '../../requests/people.ts';
import { fits, look, openBrowser, openWindow, processorSeconds, violations } from '../browser.ts';
import { signIn, visitorAt } from '../people.ts';

const folder = join(tmpdir(), `antin-renew-${process.pid}`);
const password = 'mật khẩu của tôi 1';
let world: RequestWorld;
let base = '';
let browser: Browser;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  world = await requestWorld();
  base = await testApp(world.services);
  browser = await openBrowser();
}, 120_000);

/** An official with a certificate that ends in 40 days. */
async function holder(): Promise<{ officialId: string; certificateId: string; email: string }> {
  const { services } = world;
  const request = await submitted(world);
  const { newCertificateId } = await decideAll(world, request.id);
  const at = (days: number): Date => new Date(services.now().getTime() + days * 86_400_000);
  await services.db('certificates').where({ id: newCertificateId }).update({ notBefore: at(-700), notAfter: at(40) });
  const { email } = (await services.db('officials').where({ id: request.officialId }).first('email')) as { email: string };
  return { officialId: request.officialId!, certificateId: newCertificateId!, email };
}

async function selfService(on: boolean): Promise<void> {
  world.services.clock.advance({ seconds: 1 });
  await setPolicy(world.services, testActor, { key: 'renewal.self_service', value: on, effectiveFrom: world.services.now(), source: 'test' });
}

type Mail = Parameters<typeof openFacts>[1];
async function factsOf(template: string, recipient: string): Promise<Record<string, string>> {
  const mail = (await world.services.db('mails').where({ template, recipient }).orderBy('queuedAt', 'desc').first('template', 'dedupeKey', 'facts')) as Mail;
  return openFacts(world.services, mail);
}

const here = (link: string): string => link.replace(world.services.config.publicUrl, base);
const openssl = async (args: readonly string[]): Promise<string> => (await promisify(execFile)('openssl', args)).stdout;

/** Opens the saved file with openssl: the certificate and the key in it, and whether they belong together. */
async function openWithOpenssl(path: string): Promise<{ certificate: string; matches: boolean; info: string }> {
  const { stdout, stderr } = await promisify(execFile)('openssl', ['pkcs12', '-in', path, '-info', '-noenc', '-passin', `pass:${password}`]);
  const pem = join(folder, 'opened.pem');
  writeFileSync(pem, stdout);
  const ofKey = await openssl(['pkey', '-in', pem, '-pubout']);
  const ofCertificate = await openssl(['x509', '-in', pem, '-pubkey', '-noout']);
  return { certificate: await openssl(['x509', '-in', pem, '-serial', '-noout']), matches: ofKey === ofCertificate, info: stderr };
}

/** Only keys: goes to what has this label or text with Tab, as somebody without a mouse does. */
async function tabTo(page: Page, matches: (focused: { tag: string; text: string; id: string }) => boolean): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(`({ tag: document.activeElement.tagName, text: document.activeElement.innerText ?? '', id: document.activeElement.id })`);
    if (matches(focused as Parameters<typeof matches>[0])) return;
  }
  throw new Error('the keyboard does not reach it');
}

test.each(['vi', 'en'] as const)('in %s: from the mailed reminder to a PKCS#12 that openssl opens, in at most six pages and a minute of the machine', async (language) => {
  await selfService(true);
  const { certificateId, email } = await holder();
  await remindOfExpiries(world.services);
  const { renewUrl } = await factsOf('certificate-expiring', email);
  const { page, complaints, close } = await openWindow(browser, base, { acceptDownloads: true });
  let pages = 0;
  page.on('load', () => { pages += 1; });
  const began = await processorSeconds(browser);
  await page.goto(`${here(renewUrl!)}?lang=${language}`);
  await page.fill('#email', email);
  await Promise.all([page.waitForNavigation(), page.press('#email', 'Enter')]);
  await page.goto(here((await factsOf('sign-in-link', email))['link']!));
  await Promise.all([page.waitForNavigation(), page.click('main button[type=submit]')]);
  expect(new URL(page.url()).pathname).toBe(`/renew/${certificateId}`);
  await page.check('#where');
  await page.fill('#password', 'ngắn');
  await page.click('#renew button[type=submit]');
  expect(await page.locator('#password-error').count()).toBe(1);
  expect(await violations(page)).toEqual([]);
  await look(page, `${language}-renew-mistake`);
  await page.fill('#password', password);
  await page.fill('#password-again', password);
  await Promise.all([page.waitForURL('**/my-requests/*'), page.click('#renew button[type=submit]')]);
  await page.fill('#make-password', 'nothing like it');
  await page.click('[data-part=make-form] button[type=submit]');
  await page.waitForSelector('[data-part=make-wrong]:not(:empty)');
  await page.fill('#make-password', password);
  await page.click('[data-part=make-form] button[type=submit]');
  await page.waitForSelector('[data-part=save-link]:visible');
  expect(await violations(page)).toEqual([]);
  expect(await fits(page)).toBe(true);
  await look(page, `${language}-renew-save`);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-part=save-link]')]);
  const saved = join(folder, `${language}.p12`);
  await download.saveAs(saved);
  await page.setInputFiles('#check-file', saved);
  await page.fill('#check-password', password);
  await page.click('[data-part=check-form] button[type=submit]');
  await page.waitForSelector('[data-part=check-result].notice--done');
  await look(page, `${language}-renew-checked`);
  expect(await processorSeconds(browser) - began).toBeLessThan(60);
  expect(pages).toBeLessThanOrEqual(6);
  // the key is in the person's file now and nowhere else
  expect(await page.evaluate('localStorage.length')).toBe(0);
  const { certificate, matches, info } = await openWithOpenssl(saved);
  const renewed = (await world.services.db('certificates').where({ replacesId: certificateId }).first('serialNumber', 'state')) as { serialNumber: Buffer; state: string };
  expect(certificate.trim()).toBe(`serial=${renewed.serialNumber.toString('hex').toUpperCase()}`);
  expect([matches, renewed.state]).toEqual([true, 'issued']);
  expect(info).toMatch(/PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256/);
  expect(info).toMatch(/MAC: sha256, Iteration 300000/);
  expect(complaints).toEqual([]);
  await close();
}, 120_000);

test('with the keyboard only', async () => {
  await selfService(true);
  const { officialId, certificateId } = await holder();
  const { page, close } = await openWindow(browser, base, { token: await signIn(world.services, { kind: 'official', id: officialId }) });
  await page.goto(`${base}/my-certificate`);
  await tabTo(page, ({ tag, text }) => tag === 'A' && text.trim() === 'Gia hạn');
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  await tabTo(page, ({ id }) => id === 'where');
  await page.keyboard.press('Space');
  await tabTo(page, ({ id }) => id === 'password');
  await page.keyboard.type(password);
  await tabTo(page, ({ id }) => id === 'password-again');
  await page.keyboard.type(password);
  await Promise.all([page.waitForURL('**/my-requests/*'), page.keyboard.press('Enter')]);
  await tabTo(page, ({ id }) => id === 'make-password');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  // the link to save takes the focus itself
  await page.waitForSelector('[data-part=save-link]:focus');
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  await download.saveAs(join(folder, 'keyboard.p12'));
  expect((await openWithOpenssl(join(folder, 'keyboard.p12'))).matches).toBe(true);
  expect(await world.services.db('certificates').where({ replacesId: certificateId })).toHaveLength(1);
  await close();
}, 120_000);

test('without script a request from a device is uploaded, and followed to its end', async () => {
  await selfService(false);
  const { officialId, certificateId } = await holder();
  const { page, close } = await openWindow(browser, base, { javaScriptEnabled: false, token: await signIn(world.services, { kind: 'official', id: officialId }) });
  await page.goto(`${base}/renew/${certificateId}`);
  await Promise.all([page.waitForNavigation(), page.click('#renew button[type=submit]')]);
  expect(await page.locator('.govuk-error-summary a').getAttribute('href')).toBe('#where');
  await page.check('#where');
  await Promise.all([page.waitForNavigation(), page.click('#renew button[type=submit]')]);
  expect(await page.locator('#where-error').innerText()).toContain('JavaScript');
  await page.check('#where-2');
  writeFileSync(join(folder, 'letter.p10'), 'a letter');
  await page.setInputFiles('#file', join(folder, 'letter.p10'));
  await Promise.all([page.waitForNavigation(), page.click('#renew button[type=submit]')]);
  expect(await page.locator('#file-error').innerText()).toContain('Không đọc được');
  expect(await page.locator('#where-2').isChecked()).toBe(true);
  writeFileSync(join(folder, 'token.p10'), await csrFor(newKey()));
  await page.setInputFiles('#file', join(folder, 'token.p10'));
  await Promise.all([page.waitForNavigation(), page.click('#renew button[type=submit]')]);
  const steps = async (): Promise<string[]> => page.locator('.way .tag').allInnerTexts();
  expect((await steps()).map((text) => text.replace(/^\S+\s+/, ''))).toEqual(['Đã xong', 'Đang chờ', 'Chưa đến', 'Chưa đến', 'Chưa đến']);
  const requestId = new URL(page.url()).pathname.split('/').at(-1)!;
  await page.goto(`${base}/renew/${certificateId}`);
  expect(page.url()).toBe(`${base}/my-requests/${requestId}`);
  await decideAll(world, requestId);
  await page.reload();
  expect(await page.locator('h1').innerText()).toBe('Chứng thư mới đã được cấp');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('a[href$="/file/pem"]')]);
  expect(readFileSync((await download.path())!, 'latin1').match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
  await close();
}, 120_000);

test('where the agency must confirm, the key waits encrypted in the browser until the certificate is there', async () => {
  await selfService(false);
  const { officialId, certificateId } = await holder();
  const { page, close } = await openWindow(browser, base, { token: await signIn(world.services, { kind: 'official', id: officialId }) });
  await page.goto(`${base}/renew/${certificateId}`);
  await page.check('#where');
  await page.fill('#password', password);
  await page.fill('#password-again', password);
  await Promise.all([page.waitForURL('**/my-requests/*'), page.click('#renew button[type=submit]')]);
  await page.waitForSelector('[data-part=waiting]:visible');
  await look(page, 'vi-renew-waiting');
  const kept = await page.evaluate('Object.values(localStorage)[0]') as string;
  writeFileSync(join(folder, 'kept.pem'), toPem('ENCRYPTED PRIVATE KEY', Buffer.from(kept, 'base64')));
  await expect(openssl(['pkey', '-in', join(folder, 'kept.pem'), '-passin', 'pass:wrong', '-noout'])).rejects.toThrow();
  await openssl(['pkey', '-in', join(folder, 'kept.pem'), '-passin', `pass:${password}`, '-noout']);
  await decideAll(world, new URL(page.url()).pathname.split('/').at(-1)!);
  await page.reload();
  await page.waitForSelector('[data-part=make]:visible');
  await close();
}, 120_000);

test('asked twice is one request', async () => {
  await selfService(false);
  const { officialId, certificateId } = await holder();
  const visitor = visitorAt(base, await signIn(world.services, { kind: 'official', id: officialId }));
  const csr = await csrFor();
  const [first, second] = await Promise.all([0, 1].map(() => visitor.post(`/renew/${certificateId}`, { where: 'browser', csr })));
  expect(first!.location).toMatch(/^\/my-requests\//);
  expect(second!.location).toBe(first!.location);
});

test('nobody else’s certificate, and none before or after its time', async () => {
  await selfService(true);
  const [mine, other] = [await holder(), await holder()];
  const visitor = visitorAt(base, await signIn(world.services, { kind: 'official', id: mine.officialId }));
  expect((await visitor.get(`/renew/${other.certificateId}`)).status).toBe(404);
  expect((await visitor.post(`/renew/${other.certificateId}`, { where: 'browser', csr: await csrFor() })).status).toBe(404);
  expect((await visitor.get(`/my-certificate/${other.certificateId}/file/pem`)).status).toBe(404);
  await world.services.db('certificates').where({ id: mine.certificateId }).update({ notAfter: new Date(world.services.now().getTime() + 20 * 86_400_000) });
  expect((await visitor.get(`/renew/${mine.certificateId}`)).html).toContain('được gia hạn từ');
  const answer = await visitor.post(`/renew/${mine.certificateId}`, { where: 'browser', csr: await csrFor() });
  expect([answer.status, answer.html.includes('data-problem="renewal-not-open"')]).toEqual([422, true]);
});
