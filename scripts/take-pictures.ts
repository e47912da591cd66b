import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Page } from 'playwright-core';
import { systemActor } from '../src/access/actors.ts';
import { loadConfig } from '../src/config.ts';
import { startEmbedded } from '../src/database/embedded.ts';
import { createPool } from '../src/database/pool.ts';
import { makeSignInLinks } from '../src/sign-in/make-links.ts';
import { mainOfficial } from './demo/people.ts';

/** The pictures of the README, taken of the demo while it runs: `npx node scripts/take-pictures.ts`. */
const folder = join(import.meta.dirname, 'pictures');

interface Picture { name: string; who?: string; path: string; width: number; before?: (page: Page) => Promise<void> }

const config = loadConfig();
const check = (file: string) => async (page: Page): Promise<void> => {
  await page.setInputFiles('#file', join(config.dataFolder, 'demo', file));
  await page.click('main button[type=submit]');
  await page.waitForSelector('.verdict');
  await page.waitForSelector('main canvas');
  await page.waitForLoadState('networkidle');
};

const pictures: readonly Picture[] = [
  { name: 'check-passed', path: '/', width: 1280, before: check('result-timestamped.pdf') },
  { name: 'check-failed', path: '/?lang=en', width: 1280, before: check('result-altered.pdf') },
  { name: 'my-certificate', who: 'official', path: '/my-certificate', width: 390 },
  { name: 'work-list', who: 'operator', path: '/work-list?step=ended', width: 1280 },
  { name: 'search', who: 'operator', path: '/search?q=an', width: 1280 },
  { name: 'dashboard', who: 'operator', path: '/dashboard', width: 1280 },
];

async function linkOf(who: string): Promise<string> {
  const embedded = config.databaseUrl === undefined ? await startEmbedded(`${config.dataFolder}/postgres`) : undefined;
  const db = createPool(config.databaseUrl ?? embedded!.url);
  try {
    const links = await makeSignInLinks({ config, db, now: () => new Date(), random: (bytes) => new Uint8Array(randomBytes(bytes)) }, systemActor('take-pictures'), who === 'official' ? mainOfficial.email : undefined);
    const link = links.find(({ kind, roles }) => kind === who || roles.includes(who));
    if (!link) throw new Error(`the demo knows no ${who}`);
    return link.url;
  } finally {
    await db.destroy();
  }
}

await mkdir(folder, { recursive: true });
const args = [...chromium.args.filter((arg) => arg !== '--single-process'), '--disable-background-networking'];
const browser = await playwright.launch({ executablePath: await chromium.executablePath(), args, headless: true });
try {
  for (const { name, who, path, width, before } of pictures) {
    const context = await browser.newContext({ viewport: { width, height: 860 } });
    const page = await context.newPage();
    if (who !== undefined) {
      await page.goto(await linkOf(who));
      await Promise.all([page.waitForURL((url) => !url.pathname.startsWith('/sign-in')), page.click('main button[type=submit]')]);
    }
    await page.goto(config.publicUrl + path, { waitUntil: 'networkidle' });
    await before?.(page);
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await context.close();
    process.stdout.write(`${name}\n`);
  }
} finally {
  await browser.close();
}
