import type { Browser, Page as Window } from 'playwright-core';
import { pages } from '../../../src/web/routes.ts';
import { atEnd, testApp } from '../../database.ts';
import { fits, inlineParts, look, openBrowser, openSettled, openWindow, phone, violations, weigh } from './browser.ts';
import { visitorAt } from './people.ts';
import { sampleOf, visitorOf, webWorld, type WebWorld } from './world.ts';

const mostBytes = 150_000;
const mostQueries = 20;
// a file that is saved, or a stream, is no page to look at
const opened = pages.filter(({ method, path }) => method === 'get' && !/\/(?:file\/|events$)/.test(path));

let world: WebWorld;
let base = '';
let browser: Browser;

beforeAll(async () => {
  world = await webWorld();
  base = await testApp(world.services);
  browser = await openBrowser();
}, 120_000);

/** Words that people would not read in a Vietnamese page: what is English here is a name, or was forgotten. */
const englishWords = /\b(?:the|and|with|your|this|page|certificate|request|sign in|error|back|next)\b/i;

/** What stands in the page, without codes that are the same in every language and say so. */
const textOf = (window: Window): Promise<string> => window.evaluate(`Array.from(document.querySelectorAll('main [translate=no]'))
  .reduce((text, { innerText }) => text.replace(innerText, ''), document.querySelector('main').innerText)`);

describe.each(opened.map((page) => [page.path, page] as const))('%s', (path, page) => {
  test('light on a first visit; accessible, fits a phone, keeps to its policy and to each language alone', async () => {
    const token = world.tokenOf.get(visitorOf(page, world));
    const { page: window, complaints, close } = await openWindow(browser, base, token === undefined ? {} : { token });
    const address = sampleOf(page, world);
    const open = (language: string): Promise<void> => openSettled(window, `${base}${address}${address.includes('?') ? '&' : '?'}lang=${language}`);
    const weight = await weigh(window);
    await open('vi');
    const { bytes, origins } = weight();
    expect(bytes).toBeGreaterThan(1_000);
    expect(bytes).toBeLessThan(mostBytes);
    expect(origins).toEqual([base]);
    for (const language of ['vi', 'en'] as const) {
      if (language === 'en') await open('en');
      expect([language, await window.locator('main').getAttribute('data-problem')]).toEqual([language, null]);
      expect(await window.locator('html').getAttribute('lang')).toBe(language);
      expect([language, await inlineParts(window)]).toEqual([language, 0]);
      expect([language, await violations(window)]).toEqual([language, []]);
      expect([language, await fits(window)]).toEqual([language, true]);
      if (language === 'vi') expect((await textOf(window)).match(englishWords)).toBeNull();
      await look(window, `${language}${path.replaceAll(/[/:]+/g, '-')}`);
      await window.setViewportSize({ width: 1280, height: 800 });
      expect([language, await violations(window)]).toEqual([language, []]);
      await window.setViewportSize(phone);
    }
    expect(complaints).toEqual([]);
    await close();
  }, 90_000);

  test('the database is asked a few times, however much there is', async () => {
    let queries = 0;
    const count = (): void => { queries += 1; };
    world.services.db.on('query', count);
    atEnd(async () => void world.services.db.off('query', count));
    const { status } = await visitorAt(base, world.tokenOf.get(visitorOf(page, world))).get(sampleOf(page, world));
    world.services.db.off('query', count);
    expect(status).toBeLessThan(400);
    expect(queries).toBeLessThan(mostQueries);
  });
});

test('errors are pages too, with care', async () => {
  const { page, close } = await openWindow(browser, base, { token: world.tokenOf.get('auditor')! });
  await page.goto(`${base}/no-such-page`);
  expect(await page.locator('main').getAttribute('data-problem')).toBe('not-found');
  expect(await violations(page)).toEqual([]);
  await look(page, 'vi-not-found');
  await close();
});
