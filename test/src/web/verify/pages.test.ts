import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import decodeQr from 'qr/decode.js';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { revokeCertificate } from '../../../../src/certificates/revoke.ts';
import { receiptLink } from '../../../../src/web/receipts/link.ts';
import { wordsIn } from '../../../../src/web/text/words.ts';
import { stopVerificationWorkers } from '../../../../src/verification/workers.ts';
import { testActor } from '../../../authorities.ts';
import { atEnd, testApp, testServices, type TestServices } from '../../../database.ts';
import { SignedResults } from '../../../signed-results.ts';
import { fits, look, openBrowser, openWindow, violations } from '../browser.ts';

const files: Record<string, string> = {};
let base: string;
let browser: Browser;

let services: TestServices;

// fills the purse of checks again
afterEach(() => services.clock.advance({ minutes: 1 }));

beforeAll(async () => {
  services = await testServices();
  const results = await SignedResults.found(services);
  base = await testApp(services);
  atEnd(stopVerificationWorkers);
  const folder = join(tmpdir(), `antin-page-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const official = await results.official();
  const passed = await results.sign(official, { timestamp: true });
  // the field was signed as one that shows nothing
  const failed = Buffer.from(Buffer.from(passed).toString('latin1').replace('/Rect [0 0 0 0]', '/Rect [0 0 9 9]'), 'latin1');
  expect(failed.equals(passed)).toBe(false);
  const damaged = Buffer.from(passed);
  // inside the compressed content of the first page
  damaged[damaged.indexOf('stream') + 60]! ^= 1;
  const revoked = await results.official();
  const unsure = await results.sign(revoked);
  services.clock.advance({ minutes: 5 });
  await revokeCertificate(services, testActor, { certificateId: revoked.certificateId, reason: 'superseded' });
  for (const [name, bytes] of Object.entries({ passed, failed, damaged, unsure, letter: Buffer.from('a letter') })) {
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
  await page.click('main button[type=submit]');
  await page.waitForSelector('#verdict, [role=alert]');
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
    expect(await page.locator('.qr svg').count()).toBe(1);
    expect(await page.locator('#pages').isVisible()).toBe(false);
    await look(page, `${language}-verify-${outcome}`);
    await Promise.all([page.waitForNavigation(), page.locator('#permanent ~ p a').first().click()]);
    expect(await page.locator('h1').textContent()).toBe(verdicts[outcome]);
    expect(await page.locator('main').innerText()).not.toContain('Nguyễn');
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
      await page.locator('.signature summary').first().click();
      expect(await violations(page)).toEqual([]);
      expect(await fits(page)).toBe(true);
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('a file that is no document keeps the person on the form and says why', async () => {
    const { page } = await open(`/?lang=${language}`);
    const shown = page.locator('#drop .file__name');
    await expect(shown.textContent()).resolves.toBe(wordsIn(language)('frame.noFile'));
    await page.setInputFiles('input[name=file]', files['letter']!);
    expect(await shown.textContent()).toBe('letter.pdf');
    await check(page, 'letter');
    expect(await page.locator('[role=alert]').count()).toBe(1);
    expect(await page.locator('input[name=file]').count()).toBe(1);
    expect(await violations(page)).toEqual([]);
    await look(page, `${language}-verify-error`);
    await page.context().close();
  });
});

describe.each(['vi', 'en'])('in %s, a stranger at a desk', (language) => {
  test.each(['passed', 'failed'])('sees the pages of a document that %s, its signature framed, and keeps an address', async (outcome) => {
    const { page, complaints } = await open(`/?lang=${language}`, { viewport: { width: 1280, height: 900 } });
    await page.waitForSelector('.drop.live');
    await check(page, outcome);
    await page.waitForSelector('.sheet[data-drawn]', { timeout: 60_000 });
    expect(await page.locator('.pages__failed').isVisible()).toBe(false);
    const frames = await page.locator('.sheet__frame').evaluateAll((links) => links.map((link) => String(link)));
    expect(frames.map((href) => new URL(href).hash)).toEqual(outcome === 'failed' ? ['#signature-1'] : []);
    expect(await violations(page)).toEqual([]);
    await look(page, `${language}-verify-${outcome}-drawn`);
    const verdict = await page.locator('h1').textContent();
    expect(new URL(page.url()).pathname).toMatch(/^\/receipts\/[0-9a-f-]{36}$/);
    await page.reload();
    expect(await page.locator('h1').textContent()).toBe(verdict);
    expect(await page.locator('main').innerText()).not.toContain('Nguyễn');
    expect(await violations(page)).toEqual([]);
    await look(page, `${language}-receipt-${outcome}`);
    expect(complaints).toEqual([]);
    await page.context().close();
  }, 90_000);
});

test.each(['vi', 'en'] as const)('in %s, a page whose content was damaged is not left white without a word', async (language) => {
  const { page } = await open(`/?lang=${language}`, { viewport: { width: 1280, height: 900 } });
  await page.waitForSelector('.drop.live');
  await check(page, 'damaged');
  await page.getByText(wordsIn(language)('verify.pageBlank')).waitFor();
  await page.waitForSelector('[data-number="2"][data-drawn]');
  expect(await page.locator('[data-number="2"] .sheet__blank').count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  await look(page, `${language}-verify-damaged`);
  await page.context().close();
});

test('by the keyboard alone: a file is checked, the verdict has the focus, the receipt is opened', async () => {
  const { page } = await open('/?lang=vi');
  await page.waitForSelector('.drop.live');
  await page.setInputFiles('input[name=file]', files['passed']!);
  await page.focus('input[name=file]');
  while (await page.evaluate('document.activeElement.type') !== 'submit') await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#verdict');
  expect(await page.evaluate('document.activeElement.id')).toBe('verdict');
  while (!(await page.evaluate<string>('document.activeElement.getAttribute("href") ?? ""')).startsWith('/receipts/')) await page.keyboard.press('Tab');
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  expect(await page.locator('h1').textContent()).toBe('Hợp lệ');
  await page.context().close();
});

test('the QR code holds the address of the receipt, and its file is found genuine; an altered one is not', async () => {
  const { page } = await open('/?lang=en', { javaScriptEnabled: false });
  await check(page, 'passed');
  const path = await page.locator('#permanent ~ p a').first().getAttribute('href') ?? '';
  const { address, qr } = receiptLink({ publicUrl: 'http://pki.test' }, path.split('/').at(-1)!);
  expect(await page.locator('#permanent ~ p a').first().textContent()).toBe(address);
  expect(await page.locator('.qr path').getAttribute('d')).toBe(/ d="([^"]+)"/.exec(qr)?.[1]);
  const size = Number(/viewBox="0 0 (\d+)/.exec(qr)![1]);
  expect(decodeQr(bitmapOf(qr, size))).toBe(address);
  const receipt = Buffer.from(await (await fetch(`${base}${path}/file/receipt.p7m`)).arrayBuffer());
  const altered = Buffer.from(receipt);
  const at = altered.indexOf('TOTAL-PASSED');
  altered[at] = altered[at]! ^ 1;
  for (const [bytes, said] of [[receipt, 'The receipt is genuine'], [altered, 'Not a receipt of this service'], [Buffer.from('no'), 'Check a receipt']] as const) {
    await page.goto(`${base}/receipts`);
    await page.setInputFiles('#receipt', { name: 'receipt.p7m', mimeType: 'application/pkcs7-mime', buffer: bytes });
    await page.click('main button[type=submit]');
    await page.waitForSelector(`h1:has-text("${said}")`);
    expect(await fits(page)).toBe(true);
  }
  await page.context().close();
});

/** The squares of the code as pixels, four to a side, for the decoder. */
function bitmapOf(svg: string, size: number): { width: number; height: number; data: Uint8Array } {
  const scale = 4;
  const width = size * scale;
  const data = new Uint8Array(width * width * 4).fill(255);
  let [x, y] = [0, 0];
  for (const [, command, first, second] of (/ d="([^"]+)"/.exec(svg)?.[1] ?? '').matchAll(/([MmhHvVZ])(-?\d+)?[ ,]?(-?\d+)?/g)) {
    if (command === 'M') [x, y] = [Number(first), Number(second)];
    else if (command === 'm') [x, y] = [x + Number(first), y + Number(second)];
    else continue;
    for (let row = y * scale; row < (y + 1) * scale; row++) data.fill(0, (row * width + x * scale) * 4, (row * width + (x + 1) * scale) * 4);
  }
  for (let i = 3; i < data.length; i += 4) data[i] = 255;
  return { width, height: width, data };
}

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
