import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { revokeCertificate } from '../../../src/certificates/revoke.ts';
import { stopVerificationWorkers } from '../../../src/verification/workers.ts';
import { testActor } from '../../authorities.ts';
import { atEnd, testApp, testServices } from '../../database.ts';
import { SignedResults } from '../../signed-results.ts';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
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
  // in a single process the browser would end with its first context
  const args = [...chromium.args.filter((arg) => arg !== '--single-process' && arg !== '--disable-web-security'), '--disable-background-networking'];
  browser = await playwright.launch({ executablePath: await chromium.executablePath(), args, headless: true });
  atEnd(() => browser.close());
}, 120_000);

/** A page at this width, and whatever it complained of; a breach of the content security policy is one. */
async function open(path: string, options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (line) => { if (line.type() === 'error' && !line.text().includes('status of 4')) complaints.push(line.text()); });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(base + path);
  return { page, complaints };
}

async function check(page: Page, name: string): Promise<void> {
  await page.setInputFiles('#file', files[name]!);
  await Promise.all([page.waitForNavigation(), page.click('button[type=submit]')]);
}

/** Violations of WCAG 2.2 AA and good practice; evaluated by the protocol, so the page's own policy stays as it is. */
async function violations(page: Page): Promise<string[]> {
  const { readFileSync } = await import('node:fs');
  await page.evaluate(readFileSync(axePath, 'utf8'));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
    return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  });
}

/** Where to put pictures for people to look at; none by default. */
const shots = process.env['ANTIN_SHOTS'];

async function look(page: Page, name: string): Promise<void> {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await page.screenshot({ path: join(shots, `${name}-${width}.png`), fullPage: true });
  }
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
    await look(page, `${language}-${outcome}`);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('the page to revoke with a code is accessible and fits a phone, with a mistake too', async () => {
    const { page, complaints } = await open(`/revoke?lang=${language}`);
    await look(page, `${language}-revoke`);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await violations(page)).toEqual([]);
    await page.fill('#serialNumber', '0a1b2c');
    await page.fill('#code', 'AAAA-BBBB-CCCC-DDDD');
    await Promise.all([page.waitForNavigation(), page.click('button[type=submit]')]);
    expect(await page.locator('[role=alert]').count()).toBe(1);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('with scripts the same, accessible, nothing wider than a phone', async () => {
    const { page, complaints } = await open(`/?lang=${language}`);
    await look(page, `${language}-form`);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.locator('.drop.live').count()).toBe(1);
    expect(await violations(page)).toEqual([]);
    for (const outcome of ['passed', 'failed', 'unsure']) {
      await page.goto(`${base}/?lang=${language}`);
      await check(page, outcome);
      await page.locator('summary').first().click();
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('a file that is no document keeps the person on the form and says why', async () => {
    const { page } = await open(`/?lang=${language}`);
    await check(page, 'letter');
    expect(await page.locator('[role=alert]').count()).toBe(1);
    expect(await page.locator('#file').count()).toBe(1);
    expect(await violations(page)).toEqual([]);
    await look(page, `${language}-error`);
    await page.context().close();
  });
});

test('the page costs little: under 100 kB with all it loads, everything from here, nothing inline', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const sizes: number[] = [];
  const hosts = new Set<string>();
  page.on('response', (response) => {
    hosts.add(new URL(response.url()).origin);
    sizes.push(Number(response.headers()['content-length'] ?? 0));
  });
  await page.goto(`${base}/`, { waitUntil: 'networkidle' });
  expect([...hosts]).toEqual([base]);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(100_000);
  expect(await page.locator('[style], style, script:not([src])').count()).toBe(0);
  await context.close();
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
