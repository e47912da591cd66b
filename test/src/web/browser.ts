import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Browser, type BrowserContextOptions, type Page, type Request } from 'playwright-core';
import { atEnd } from '../../database.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** One Chromium for a test file; closed at its end. */
export async function openBrowser(): Promise<Browser> {
  // in a single process the browser would end with its first context
  const args = [...chromium.args.filter((arg) => arg !== '--single-process' && arg !== '--disable-web-security'), '--disable-background-networking'];
  const browser = await playwright.launch({ executablePath: await chromium.executablePath(), args, headless: true });
  atEnd(() => browser.close());
  return browser;
}

export interface OpenPage {
  page: Page;
  /** What the page complained of: script errors, and breaches of the content security policy among them. */
  complaints: string[];
  close: () => Promise<void>;
}

/** The window of a small phone. */
export const phone = { width: 360, height: 740 } as const;

/** A new window at a phone's width, signed in with a session's token where one is given. */
export async function openWindow(browser: Browser, base: string, options: BrowserContextOptions & { token?: string } = {}): Promise<OpenPage> {
  const { token, ...rest } = options;
  const context = await browser.newContext({ viewport: phone, ...rest });
  // the machine may be busy with other tests
  context.setDefaultTimeout(90_000);
  if (token !== undefined) await context.addCookies([{ name: 'antin', value: token, url: base }]);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (line) => { if (line.type() === 'error' && !/status of [45]/.test(line.text())) complaints.push(line.text()); });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, complaints, close: () => context.close() };
}

/** Seconds of processor time that the service, which runs in this process, and the browser have used: no slow neighbour lengthens them. */
export async function processorSeconds(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const { user, system } = process.cpuUsage();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, (user + system) / 1e6);
}

/** Violations of WCAG 2.2 AA and good practice; evaluated by the protocol, so the page's own policy stays as it is. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
    return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  });
}

/** Whether nothing is wider than the window. */
export async function fits(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');
}

/**
 * Opens an address and waits until everything it asked for is there and the shared patterns are awake: sooner than a silence of
 * the network would tell, and not before. A stream of events never ends and is not waited for.
 */
export async function openSettled(page: Page, url: string): Promise<void> {
  const asked = new Set<Request>();
  const ask = (request: Request): void => { if (request.resourceType() !== 'eventsource') asked.add(request); };
  const end = (request: Request): void => void asked.delete(request);
  page.on('request', ask).on('requestfinished', end).on('requestfailed', end);
  await page.goto(url, { waitUntil: 'load' });
  await page.waitForSelector('[data-govuk-skip-link-init]');
  await page.evaluate('document.fonts.ready.then(() => undefined)');
  while (asked.size > 0) await page.waitForTimeout(20);
  page.off('request', ask).off('requestfinished', end).off('requestfailed', end);
}

export interface Weight { bytes: number; origins: string[] }

/** Counts the octets over the wire of all that a window loads from now on, and the hosts they come from. */
export async function weigh(page: Page): Promise<() => Weight> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
  const origins = new Set<string>();
  page.on('response', (response) => void origins.add(new URL(response.url()).origin));
  return () => ({ bytes, origins: [...origins] });
}

/** Styles and scripts that stand in the page itself. */
export async function inlineParts(page: Page): Promise<number> {
  return page.locator('[style], style, script:not([src])').count();
}

/** Where to put pictures for people to look at; none by default. */
const shots = process.env['ANTIN_SHOTS'];

/** Takes a picture on a phone and on a desk. */
export async function look(page: Page, name: string): Promise<void> {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  const before = page.viewportSize();
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await page.screenshot({ path: join(shots, `${name}-${width}.png`), fullPage: true });
  }
  if (before) await page.setViewportSize(before);
}
