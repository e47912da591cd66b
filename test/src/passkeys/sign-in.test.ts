import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { systemActor } from '../../../src/access/actors.ts';
import { addOperator } from '../../../src/access/operators.ts';
import { openFacts } from '../../../src/notifications/sealed.ts';
import { testServices } from '../../database.ts';
import { look, openBrowser, openWindow, violations, type OpenPage } from '../web/browser.ts';
import { visitorAt } from '../web/people.ts';
import { passkeyApp, plugIn, type Authenticator } from './authenticator.ts';

const services = await testServices();
const base = await passkeyApp(services);
let browser: Browser;

beforeAll(async () => { browser = await openBrowser(); }, 120_000);
// each test has its quarter of an hour of attempts
beforeEach(() => services.clock.advance({ minutes: 16 }));

interface Person { id: string; email: string }

async function newOperator(): Promise<Person> {
  const email = `${randomUUID().slice(0, 8)}@bcy.gov.vn`;
  const { id } = await services.db.transaction((tx) =>
    addOperator(tx, systemActor('test'), { name: 'Trần Thị Thẩm Tra', email, kind: 'person', roles: ['operator'] }, services.now()));
  return { id, email };
}

async function mailedLinks(email: string): Promise<string[]> {
  const mails = (await services.db('mails').where({ recipient: email, template: 'sign-in-link' }).orderBy('queuedAt').select('template', 'dedupeKey', 'facts')) as Parameters<typeof openFacts>[1][];
  return Promise.all(mails.map(async (mail) => (await openFacts(services, mail))['link']!));
}

async function refusals(): Promise<string[]> {
  return (await services.db('audit_entries').where({ action: 'sign-in.refused' }).orderBy('sequence').select(services.db.raw(`after->>'why' as why`)) as { why: string }[]).map(({ why }) => why);
}

/** From the sign-in page over the mail to the first passkey. */
async function setUp(page: Page, { email }: Person, language: 'vi' | 'en'): Promise<void> {
  await page.goto(`${base}/sign-in?lang=${language}`);
  await page.fill('#email', email);
  await page.click('form[action^="/sign-in"]:has(#email) button');
  await page.waitForSelector('h1:has-text("Kiểm tra hộp thư"), h1:has-text("Check your mail")');
  await page.goto((await mailedLinks(email)).at(-1)!.replace(/^.*?(?=\/sign-in)/, base));
  await page.click('main form button');
  await page.waitForURL(`${base}/account/passkeys`);
  await page.fill('#name', 'Máy tính cơ quan');
  await page.click('form[data-passkey=make] button');
  await page.waitForURL(`${base}/account/passkeys?done=set-up`);
}

async function enrolled(language: 'vi' | 'en' = 'vi'): Promise<OpenPage & { person: Person; device: Authenticator }> {
  const person = await newOperator();
  const window = await openWindow(browser, base);
  const device = await plugIn(window.page);
  await setUp(window.page, person, language);
  return { ...window, person, device };
}

async function signOut(page: Page): Promise<void> {
  await page.click('.top__form button');
  await page.waitForURL(`${base}/signed-out`);
}

const pressPasskey = async (page: Page, to = ''): Promise<void> => {
  await page.goto(`${base}/sign-in${to}`);
  await page.click('form[data-passkey=use] button');
};

/** Presses the button and keeps what would have been sent from the service. */
async function intercept(page: Page): Promise<string> {
  let sent = '';
  const pattern = /\/sign-in\/passkey$/;
  await page.route(pattern, async (route) => {
    sent = new URLSearchParams(route.request().postData() ?? '').get('credential') ?? '';
    await route.fulfill({ status: 200, contentType: 'text/html', body: '<p id="kept">kept</p>' });
  });
  await pressPasskey(page);
  await page.waitForSelector('#kept');
  await page.unroute(pattern);
  return sent;
}

const send = (credential: string) => visitorAt(base).post('/sign-in/passkey', { credential });

test.each(['vi', 'en'] as const)('in %s: an operator sets up a passkey by the mailed link, signs out, and signs in with it', async (language) => {
  const { page, complaints, close, person, device } = await enrolled(language);
  expect(await violations(page)).toEqual([]);
  await look(page, `${language}-passkey-ready`);
  await page.click('a[href="/welcome"]');
  await page.waitForURL(`${base}/work-list`);
  await signOut(page);
  await pressPasskey(page, '?to=%2Faccount');
  await page.waitForURL(`${base}/account`);
  expect(await page.innerText('main')).toContain('Trần Thị Thẩm Tra');
  expect(await page.innerText('main')).toContain(language === 'vi' ? 'khóa đăng nhập (passkey)' : 'passkey');
  expect((await device.credentials()).map(({ signCount }) => signCount)).toEqual([2]);
  expect(await services.db('mails').where({ recipient: person.email, template: 'passkey-added' })).toHaveLength(1);
  const actions = (await services.db('audit_entries').where({ actorId: person.id }).orderBy('sequence').select('action') as { action: string }[]).map(({ action }) => action);
  expect(actions).toEqual(['session.started', 'passkey.enrolled', 'session.ended', 'session.started', 'session.ended', 'session.started']);
  expect(complaints).toEqual([]);
  await close();
}, 180_000);

test('whoever has a passkey gets no link by mail, and a link from before enrols nothing more', async () => {
  const person = await newOperator();
  const first = await openWindow(browser, base);
  await plugIn(first.page);
  await visitorAt(base).post('/sign-in', { email: person.email });
  await setUp(first.page, person, 'vi');
  const [older, ...others] = await mailedLinks(person.email);
  await visitorAt(base).post('/sign-in', { email: person.email });
  expect(await mailedLinks(person.email)).toHaveLength(1 + others.length);
  const thief = visitorAt(base);
  expect((await thief.post('/sign-in/link', { token: new URL(older!).searchParams.get('token')! })).status).toBe(303);
  const offer = await thief.post('/account/passkeys/challenge');
  expect([offer.status, offer.html.includes('data-problem="passkey-enrolment-over"')]).toEqual([409, true]);
  await first.close();
}, 180_000);

test('an answer counts once, soon, and for this address alone', async () => {
  const { page, close } = await enrolled();
  await signOut(page);
  const used = await intercept(page);
  expect((await send(used)).status).toBe(303);
  expect((await send(used)).status).toBe(403);
  expect((await refusals()).at(-1)).toContain('challenge');

  const late = await intercept(page);
  services.clock.advance({ minutes: 5 });
  expect((await send(late)).status).toBe(403);

  const elsewhere = await intercept(page);
  services.config.publicUrl = 'http://localhost:1';
  const answer = await send(elsewhere);
  services.config.publicUrl = base;
  expect([answer.status, answer.html.includes('Khóa đăng nhập không được chấp nhận')]).toEqual([403, true]);
  expect((await refusals()).at(-1)).toContain('origin');
  await close();
}, 180_000);

test('a changed, strange or unreadable answer is refused, and the audit says why', async () => {
  const { page, close } = await enrolled();
  await signOut(page);
  const good = JSON.parse(await intercept(page)) as { id: string; response: Record<string, string> };
  const cases: [string, unknown][] = [
    ['unknown passkey', { ...good, id: 'AAAA', rawId: 'AAAA' }],
    ['passkey of somebody else', { ...good, response: { ...good.response, userHandle: Buffer.alloc(16).toString('base64url') } }],
    ['passkey of somebody else', { ...good, response: { ...good.response, userHandle: undefined } }],
  ];
  for (const [why, changed] of cases) {
    expect((await send(JSON.stringify(changed))).status).toBe(403);
    expect((await refusals()).at(-1)).toBe(why);
  }
  const signature = Buffer.from(good.response['signature']!, 'base64url');
  signature[signature.length - 1]! ^= 1;
  expect((await send(JSON.stringify({ ...good, response: { ...good.response, signature: signature.toString('base64url') } }))).status).toBe(403);
  for (const broken of ['', '{', '[]', JSON.stringify({ ...good, type: 'password' }), 'x'.repeat(40_000)]) expect((await send(broken)).status).toBe(422);
  await close();
}, 180_000);

test('a copy of the device is seen by its counter, and a device that nobody unlocked opens nothing', async () => {
  const { page, device, close } = await enrolled();
  await signOut(page);
  await device.setCounter(0);
  await pressPasskey(page);
  await page.waitForSelector('.govuk-error-summary');
  expect((await refusals()).at(-1)).toBe('counter of a copy');
  await device.setVerified(false);
  await pressPasskey(page);
  await page.waitForSelector('[data-part=trouble]:not(:empty)');
  expect(await page.innerText('[data-part=trouble]')).toContain('Chưa hoàn tất');
  expect(await violations(page)).toEqual([]);
  await close();
}, 180_000);

test('passkeys are listed by name and removed, the last one never; a removed one opens nothing', async () => {
  const { page, person, close } = await enrolled();
  const token = (await page.context().cookies()).find(({ name }) => name === 'antin')!.value;
  const here = visitorAt(base, token);
  const idOf = async (name: string): Promise<string> => ((await services.db('passkeys').where({ operatorId: person.id, name }).first('id')) as { id: string }).id;
  const last = await here.post('/account/passkeys/remove', { id: await idOf('Máy tính cơ quan') });
  expect([last.status, last.html.includes('cách đăng nhập duy nhất')]).toEqual([409, true]);

  const other = await openWindow(browser, base, { token });
  await plugIn(other.page);
  await other.page.goto(`${base}/account/passkeys`);
  await other.page.fill('#name', '');
  await other.page.click('form[data-passkey=make] button');
  await other.page.waitForSelector('.govuk-error-summary');
  await other.page.fill('#name', 'Khóa USB dự phòng');
  await other.page.click('form[data-passkey=make] button');
  await other.page.waitForURL(`${base}/account/passkeys?done=added`);
  await look(other.page, 'vi-two-passkeys');
  await other.page.click('button[aria-label="Gỡ khóa Máy tính cơ quan"]');
  await other.page.waitForURL(`${base}/account/passkeys?done=removed`);
  expect(await other.page.innerText('table')).not.toContain('Máy tính cơ quan');

  await signOut(page);
  expect((await send(await intercept(page))).status).toBe(403);
  expect((await refusals()).at(-1)).toBe('removed passkey');
  const stranger = visitorAt(base, undefined);
  expect((await stranger.post('/account/passkeys/remove', { id: await idOf('Khóa USB dự phòng') })).status).toBe(303);
  await other.close();
  await close();
}, 180_000);

test('attempts are limited by their address, and turning one away is recorded', async () => {
  const statuses: number[] = [];
  for (let i = 0; i < 70; i++) statuses.push((await visitorAt(base).post('/sign-in/passkey/challenge')).status);
  expect(new Set(statuses.slice(0, 55))).toEqual(new Set([200]));
  expect(statuses.at(-1)).toBe(429);
  expect((await refusals()).at(-1)).toBe('limit of the address');
});

test('who was switched off is let in by no passkey', async () => {
  const { page, person, close } = await enrolled();
  await signOut(page);
  await services.db('operators').where({ id: person.id }).update({ active: false });
  expect((await send(await intercept(page))).status).toBe(403);
  await close();
}, 180_000);
