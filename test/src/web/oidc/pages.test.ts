import type { Browser, Page } from 'playwright-core';
import { testApp, testServices, type TestServices } from '../../../database.ts';
import { oidcClient, oidcServer, type OidcServer } from '../../../oidc-server.ts';
import { fits, look, openBrowser, openWindow, violations } from '../browser.ts';

let provider: OidcServer;
let services: TestServices;
let base = '';
let browser: Browser;

beforeAll(async () => {
  provider = await oidcServer();
  services = await testServices({ OIDC_ISSUER: provider.issuer, OIDC_CLIENT_ID: oidcClient.id, OIDC_CLIENT_SECRET: oidcClient.secret, OIDC_NAME: 'tài khoản tỉnh Bắc Ninh' });
  base = await testApp(services);
  browser = await openBrowser();
}, 120_000);

async function lookAt(page: Page, name: string): Promise<void> {
  expect(await violations(page)).toEqual([]);
  expect(await fits(page)).toBe(true);
  await look(page, name);
}

test.each(['vi', 'en'] as const)('in %s: the way is offered, leads to the provider, and says what to do when it fails', async (language) => {
  const { page, complaints, close } = await openWindow(browser, base);
  await page.goto(`${base}/sign-in?to=%2Faccount&lang=${language}`);
  await lookAt(page, `${language}-sign-in-with-organisation`);
  await page.click('a[href="/sign-in/organisation?to=%2Faccount"]');
  await page.waitForSelector('input[name=login]');
  expect(new URL(page.url()).origin).toBe(provider.issuer);
  await page.goto(`${base}/sign-in/organisation/callback?state=of-another&code=x`);
  await page.waitForSelector('main a.govuk-button[href="/sign-in"]');
  await lookAt(page, `${language}-organisation-refused`);
  services.clock.advance({ minutes: 61 });
  provider.replace('/.well-known/openid-configuration', (_req, res) => void res.writeHead(500).end());
  await page.goto(`${base}/sign-in/organisation?to=%2Faccount`);
  await page.waitForSelector('main a.govuk-button[href="/sign-in?to=%2Faccount"]');
  await lookAt(page, `${language}-organisation-down`);
  provider.replace('/.well-known/openid-configuration', undefined);
  // the provider's own page asks for a font of elsewhere
  expect(complaints.filter((line) => !line.includes('ERR_NAME_NOT_RESOLVED'))).toEqual([]);
  await close();
}, 120_000);
