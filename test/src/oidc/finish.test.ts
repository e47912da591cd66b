import { actorFor, testApp, testServices } from '../../database.ts';
import { oidcClient, oidcServer, signInAtProvider } from '../../oidc-server.ts';
import { testAuthorities } from '../../authorities.ts';
import { findAgency } from '../../../src/agencies/store.ts';
import { registerOfficial } from '../../../src/officials/register.ts';
import type { PlacedOfficial } from '../../../src/officials/store.ts';

const provider = await oidcServer();
const services = await testServices({ OIDC_ISSUER: provider.issuer, OIDC_CLIENT_ID: oidcClient.id, OIDC_CLIENT_SECRET: oidcClient.secret, OIDC_NAME: 'Tài khoản Bắc Ninh' });
await testAuthorities(services);
const base = await testApp(services);
const registrar = await actorFor(services, 'registrar', 'H05');
const agencyId = (await findAgency(services.db, { code: 'H05' }))!.id;
let count = 0;

async function newOfficial(): Promise<PlacedOfficial> {
  count += 1;
  return registerOfficial(services, registrar, { agencyId, name: `Trần Thị ${'ABCDEFGHIJKLMNOP'[count]}`, position: 'Chuyên viên', email: `b${count}@bacninh.gov.vn` });
}

interface Shown { status: number; location: string | null; html: string; cookies: string[] }

async function open(path: string, cookie = ''): Promise<Shown> {
  const answer = await fetch(base + path, { redirect: 'manual', headers: { accept: 'text/html', ...(cookie === '' ? {} : { cookie }) } });
  return { status: answer.status, location: answer.headers.get('location'), html: await answer.text(), cookies: answer.headers.getSetCookie() };
}

/** Sets out for the provider; the cookie that came along. */
async function begin(to = ''): Promise<{ url: string; cookie: string }> {
  const { status, location, cookies } = await open(`/sign-in/organisation${to}`);
  expect(status).toBe(303);
  return { url: location!, cookie: cookies.find((set) => set.startsWith('antin_journey='))!.split(';')[0]! };
}

const comeBack = (callback: URL, cookie: string): Promise<Shown> => open(callback.pathname + callback.search, cookie);

async function lastReason(): Promise<string> {
  const row = await services.db('audit_entries').where({ action: 'sign-in.refused' }).orderBy('sequence', 'desc').first('after') as { after: { why: string } };
  return row.after.why;
}

const sessions = async (): Promise<number> => Number(((await services.db('sessions').count())[0] as { count: string }).count);

/** Signs in at the provider as somebody for whom it vouches so. */
async function whole(claims: { email?: string; email_verified?: boolean }): Promise<Shown> {
  count += 1;
  provider.claims.set(`person-${count}`, claims);
  const { url, cookie } = await begin();
  return comeBack(await signInAtProvider(url, `person-${count}`), cookie);
}

beforeEach(() => services.clock.advance({ minutes: 16 }));

test('an official signs in with the organisation account and is back where they wanted to be', async () => {
  const official = await newOfficial();
  provider.claims.set('hanh', { email: official.email.toUpperCase(), email_verified: true });
  expect((await open('/sign-in?to=%2Faccount')).html).toContain('href="/sign-in/organisation?to=%2Faccount"');
  const { url, cookie } = await begin('?to=%2Faccount');
  const asked = new URL(url).searchParams;
  expect(Object.fromEntries(asked)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', scope: 'openid email', redirect_uri: oidcClient.callback });
  for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)).toMatch(/^[\w-]{43}$/);
  const { status, location, cookies } = await comeBack(await signInAtProvider(url, 'hanh'), cookie);
  expect({ status, location }).toEqual({ status: 303, location: '/account' });
  expect(cookies.some((set) => set.startsWith('antin_journey=;'))).toBe(true);
  const session = cookies.find((set) => set.startsWith('antin='))!.split(';')[0]!;
  expect((await open('/account', session)).html).toContain(official.name);
  expect(await services.db('sessions').where({ officialId: official.id }).select('method')).toEqual([{ method: 'oidc' }]);
});

test('what the browser keeps on the way is not for scripts, and no secret is stored', async () => {
  const { cookies } = await open('/sign-in/organisation');
  expect(cookies.find((set) => set.startsWith('antin_journey='))).toMatch(/; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/);
  const { url, cookie } = await begin();
  const stored = JSON.stringify(await services.db('oidc_attempts'));
  for (const secret of [cookie.split('=')[1]!, new URL(url).searchParams.get('state')!, new URL(url).searchParams.get('nonce')!]) expect(stored).not.toContain(secret);
});

test.each([
  ['an e-mail that is not verified', { email: 'b1@bacninh.gov.vn', email_verified: false }, 'e-mail not verified'],
  ['an e-mail of which nothing is said', { email: 'b1@bacninh.gov.vn' }, 'e-mail not verified'],
  ['no e-mail', {}, 'no e-mail'],
  ['an e-mail that nobody has here', { email: 'nobody@bacninh.gov.vn', email_verified: true }, 'no official has this e-mail'],
])('%s signs nobody in and makes nobody', async (_what, claims, why) => {
  const [before, officials] = [await sessions(), (await services.db('officials')).length];
  const { status, html, cookies } = await whole(claims);
  expect([status, html.includes('Chưa đăng nhập được')]).toEqual([403, true]);
  expect(cookies.some((set) => set.startsWith('antin='))).toBe(false);
  expect(await lastReason()).toContain(why);
  expect([await sessions(), (await services.db('officials')).length]).toEqual([before, officials]);
});

test('who has left does not sign in', async () => {
  const official = await newOfficial();
  await services.db('officials').where({ id: official.id }).update({ leftAt: services.now() });
  expect((await whole({ email: official.email, email_verified: true })).status).toBe(403);
});

test('an answer counts in the browser that asked, once, with its own state, for ten minutes', async () => {
  const official = await newOfficial();
  provider.claims.set('once', { email: official.email, email_verified: true });
  const [one, other] = [await begin(), await begin()];
  const back = await signInAtProvider(one.url, 'once');
  const wrong = new URL(back);
  wrong.searchParams.set('state', new URL(other.url).searchParams.get('state')!);
  for (const [callback, cookie] of [[back, ''], [back, other.cookie], [wrong, one.cookie], [back, 'antin_journey=x']] as const) {
    expect((await comeBack(callback, cookie)).status).toBe(403);
    expect(await lastReason()).toContain('state of another sign-in');
  }
  expect((await comeBack(back, one.cookie)).status).toBe(303);
  expect((await comeBack(back, one.cookie)).status).toBe(403);
  expect(await lastReason()).toContain('used before or over');
  const late = await signInAtProvider(other.url, 'once');
  services.clock.advance({ minutes: 10 });
  expect((await comeBack(late, other.cookie)).status).toBe(403);
  expect(await lastReason()).toContain('used before or over');
});

test('an ID token for another question, a code that is none and an answer of another issuer are refused', async () => {
  const official = await newOfficial();
  provider.claims.set('replay', { email: official.email, email_verified: true });
  // the provider is asked with the nonce of an earlier sign-in, as one who replays its ID token would have it
  const [earlier, now] = [await begin(), await begin()];
  const url = new URL(now.url);
  url.searchParams.set('nonce', new URL(earlier.url).searchParams.get('nonce')!);
  expect((await comeBack(await signInAtProvider(url.href, 'replay'), now.cookie)).status).toBe(403);
  expect(await lastReason()).toContain('OAUTH_JWT_CLAIM_COMPARISON_FAILED');

  for (const [name, value, reason] of [['code', 'made-up', 'invalid_grant'], ['iss', 'https://evil.example', 'OAUTH_INVALID_RESPONSE']] as const) {
    const { url: to, cookie } = await begin();
    const back = await signInAtProvider(to, 'replay');
    back.searchParams.set(name, value);
    expect((await comeBack(back, cookie)).status).toBe(403);
    expect(await lastReason()).toContain(reason);
  }
});

test('the code of another browser is worth nothing without its verifier (PKCE)', async () => {
  const official = await newOfficial();
  provider.claims.set('stolen', { email: official.email, email_verified: true });
  const [victim, thief] = [await begin(), await begin()];
  const stolen = (await signInAtProvider(victim.url, 'stolen')).searchParams.get('code')!;
  const back = await signInAtProvider(thief.url, 'stolen');
  back.searchParams.set('code', stolen);
  expect((await comeBack(back, thief.cookie)).status).toBe(403);
  expect(await lastReason()).toContain('invalid_grant');
});

test('who changes their mind at the provider is told so calmly', async () => {
  const { url, cookie } = await begin();
  const back = new URL(oidcClient.callback);
  for (const [name, value] of [['error', 'access_denied'], ['state', new URL(url).searchParams.get('state')!], ['iss', provider.issuer]] as const) back.searchParams.set(name, value);
  const { status, html } = await comeBack(back, cookie);
  expect([status, html.includes('Bạn đã hủy đăng nhập')]).toEqual([200, true]);
});

test('a provider that is down, or fails on the way, is named, and the link is offered', async () => {
  const { url, cookie } = await begin();
  const back = await signInAtProvider(url, 'down');
  provider.replace('/token', (_req, res) => void res.writeHead(502, { 'content-type': 'text/html' }).end('bad gateway'));
  const failed = await comeBack(back, cookie);
  provider.replace('/token', undefined);
  expect([failed.status, failed.html.includes('Tài khoản Bắc Ninh')]).toEqual([503, true]);
  await provider.stop();
  services.clock.advance({ minutes: 61 });
  const { status, html } = await open('/sign-in/organisation?to=%2Faccount');
  expect([status, html.includes('Tài khoản Bắc Ninh'), html.includes('href="/sign-in?to=%2Faccount"')]).toEqual([503, true, true]);
  // the way that is left works
  expect((await open('/sign-in')).status).toBe(200);
  await provider.start();
  expect((await open('/sign-in/organisation')).status).toBe(303);
});

test('a provider that describes another issuer is not believed', async () => {
  services.clock.advance({ minutes: 61 });
  provider.replace('/.well-known/openid-configuration', (_req, res) => void res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ issuer: 'https://evil.example' })));
  expect((await open('/sign-in/organisation')).status).toBe(503);
  provider.replace('/.well-known/openid-configuration', undefined);
});

test('attempts are limited', async () => {
  const statuses = new Set<number>();
  for (let i = 0; i < 62; i++) statuses.add((await open('/sign-in/organisation/callback?state=x')).status);
  expect([...statuses].toSorted((a, b) => a - b)).toEqual([403, 429]);
});
