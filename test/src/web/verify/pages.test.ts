import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { revokeCertificate } from '../../../../src/certificates/revoke.ts';
import { stopVerificationWorkers } from '../../../../src/verification/workers.ts';
import { testActor } from '../../../authorities.ts';
import { atEnd, testApp, testServices } from '../../../database.ts';
import { SignedResults } from '../../../signed-results.ts';
import { fits, look, openBrowser, openWindow, violations } from '../browser.ts';

const files: Record<string, string> = {};
let base: string;
let browser: Browser;

beforeAll(async () => {
  const services = await testServices();
  const results = await SignedResults.found(services);
  base = await testApp(services);
  atEnd(stopVerificationWorkers);
  const folder = join(tmpdir(), `antin-page-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const official = await results.official();
  const passed = await results.sign(official, { timestamp: true });
  const failed = Buffer.from(passed);
  const at = failed.indexOf('stream') + 40;
  failed[at] = failed[at]! ^ 1;
  const revoked = await results.official();
  const unsure = await results.sign(revoked);
  services.clock.advance({ minutes: 5 });
  await revokeCertificate(services, testActor, { certificateId: revoked.certificateId, reason: 'superseded' });
  for (const [name, bytes] of Object.entries({ passed, failed, unsure, letter: Buffer.from('a letter') })) {
    files[name] = join(folder, `${name}.pdf`);
    writeFileSync(files[name]!, bytes);
  }
  browser = await openBrowser();
}, 120_000);

async function open(path: string, options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: string[] }> {
  const { page, complaints } = await openWindow(browser, base, options);
  await page.goto(base + path);
  return { page, complaints };
}

async function check(page: Page, name: string): Promise<void> {
  await page.setInputFiles('input[name=file]', files[name]!);
  await Promise.all([page.waitForNavigation(), page.click('main button[type=submit]')]);
}

describe.each([
  ['vi', { passed: 'Hợp lệ', failed: 'Không hợp lệ', unsure: 'Chưa đủ căn cứ' }],
  ['en', { passed: 'Valid', failed: 'Not valid', unsure: 'Cannot be confirmed' }],
] as const)('in %s', (language, verdicts) => {
  test.each(['passed', 'failed', 'unsure'] as const)('a document that %s says so, without scripts', async (outcome) => {
    const { page, complaints } = await open(`/?lang=${language}`, { javaScriptEnabled: false });
    await check(page, outcome);
    expect(await page.locator('h1').textContent()).toBe(verdicts[outcome]);
    expect(await page.locator('html').getAttribute('lang')).toBe(language);
    expect(await page.locator('dd').first().textContent()).toBe('Nguyễn Văn A');
    await look(page, `${language}-verify-${outcome}`);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('the page to revoke with a code is accessible and fits a phone, with a mistake too', async () => {
    const { page, complaints } = await open(`/revoke?lang=${language}`);
    expect(await violations(page)).toEqual([]);
    await page.fill('#serialNumber', '0a1b2c');
    await page.fill('#code', 'AAAA-BBBB-CCCC-DDDD');
    await page.check('input[name=ground] >> nth=0');
    await Promise.all([page.waitForNavigation(), page.click('main button[type=submit]')]);
    expect(await page.locator('[role=alert]').count()).toBe(1);
    expect(await violations(page)).toEqual([]);
    expect(await fits(page)).toBe(true);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('with scripts the same, accessible, nothing wider than a phone', async () => {
    const { page, complaints } = await open(`/?lang=${language}`);
        await page.waitForSelector('.drop.live');
    expect(await violations(page)).toEqual([]);
    for (const outcome of ['passed', 'failed', 'unsure']) {
      await page.goto(`${base}/?lang=${language}`);
      await check(page, outcome);
      await page.locator('summary').first().click();
      expect(await violations(page)).toEqual([]);
      expect(await fits(page)).toBe(true);
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('a file that is no document keeps the person on the form and says why', async () => {
    const { page } = await open(`/?lang=${language}`);
    await check(page, 'letter');
    expect(await page.locator('[role=alert]').count()).toBe(1);
    expect(await page.locator('input[name=file]').count()).toBe(1);
    expect(await violations(page)).toEqual([]);
    await look(page, `${language}-verify-error`);
    await page.context().close();
  });
});

test('the open page lets a stranger check a few files, then asks to wait', async () => {
  const send = async (): Promise<Response> => {
    const form = new FormData();
    form.set('file', new Blob(['x']), 'x.pdf');
    return fetch(`${base}/verify`, { method: 'POST', body: form });
  };
  const statuses: number[] = [];
  let last = await send();
  for (let i = 0; i < 40 && last.status !== 429; i++) {
    statuses.push(last.status);
    last = await send();
  }
  expect(new Set(statuses)).toEqual(new Set([422]));
  expect(last.status).toBe(429);
  expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(last.headers.get('content-type')).toBe('text/html; charset=utf-8');
});
