import { openFacts } from '../../../../src/notifications/sealed.ts';
import { requestWorld } from '../../requests/people.ts';
import { testApp } from '../../../database.ts';
import { signIn, signedInAs, visitorAt, type Visitor } from '../people.ts';

const { services, newOfficial } = await requestWorld();
const base = await testApp(services);

/** The links in mails to an address, the newest last. */
async function linksTo(email: string): Promise<string[]> {
  const mails = (await services.db('mails').where({ recipient: email, template: 'sign-in-link' }).orderBy('queuedAt').select('template', 'dedupeKey', 'facts')) as Parameters<typeof openFacts>[1][];
  return Promise.all(mails.map(async (mail) => (await openFacts(services, mail))['link']!.replace(services.config.publicUrl, '')));
}

const ask = (visitor: Visitor, email: string, to = ''): ReturnType<Visitor['post']> => visitor.post(`/sign-in${to === '' ? '' : `?to=${encodeURIComponent(to)}`}`, { email });
const tokenOf = (link: string): string => new URL(link, base).searchParams.get('token')!;

test('an official signs in with the link from the mail and is back where they wanted to be', async () => {
  const official = await newOfficial();
  const visitor = visitorAt(base);
  expect((await visitor.get('/account')).location).toBe('/sign-in?to=%2Faccount');
  expect((await ask(visitor, official.email.toUpperCase(), '/account')).html).toContain('Kiểm tra hộp thư');
  const [link] = await linksTo(official.email);
  expect((await visitor.get(link!)).html).toContain('<form method="post" action="/sign-in/link"');
  // scanners of mail open links: looking must not use it up
  await visitorAt(base).get(link!);
  expect((await visitor.post('/sign-in/link', { token: tokenOf(link!) })).location).toBe('/account');
  const account = await visitor.get('/account');
  expect(account.html).toContain(official.name);
  expect(account.headers.get('cache-control')).toBe('no-store');
});

test('a link works once, and not after a quarter of an hour', async () => {
  const official = await newOfficial();
  await ask(visitorAt(base), official.email);
  await ask(visitorAt(base), official.email);
  const [first, second] = await linksTo(official.email);
  expect((await visitorAt(base).post('/sign-in/link', { token: tokenOf(first!) })).status).toBe(303);
  const again = await visitorAt(base).post('/sign-in/link', { token: tokenOf(first!) });
  expect([again.status, again.html.includes('không còn hiệu lực')]).toEqual([403, true]);
  services.clock.advance({ minutes: 15 });
  expect((await visitorAt(base).get(second!)).status).toBe(403);
  expect((await visitorAt(base).post('/sign-in/link', { token: tokenOf(second!) })).status).toBe(403);
});

test('the answer tells nobody who is registered, and the limit neither', async () => {
  const official = await newOfficial();
  const bodies: string[] = [];
  for (const email of [official.email, 'nobody@example.gov.vn']) {
    const answer = await ask(visitorAt(base), email);
    expect(answer.status).toBe(200);
    bodies.push(answer.html.replaceAll(email, ''));
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await ask(visitorAt(base), email)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
  }
  expect(bodies[0]).toBe(bodies[1]);
  expect(await linksTo(official.email)).toHaveLength(5);
  expect(await services.db('audit_entries').where({ action: 'sign-in.refused' }).whereRaw(`after->>'why' = 'limit of the account'`)).not.toHaveLength(0);
  services.clock.advance({ minutes: 16 });
  expect((await ask(visitorAt(base), official.email)).status).toBe(200);
});

test('what was typed wrong is kept, told beside the field and in the summary', async () => {
  const { status, html } = await ask(visitorAt(base), 'nguyen van a');
  expect(status).toBe(422);
  expect(html).toContain('value="nguyen van a"');
  expect(html).toContain('<a href="#email">');
  expect(html).toContain('<title>Lỗi: ');
  expect(html).toContain('aria-describedby="email-hint email-error"');
});

test('to an operator mail alone opens nothing but the way to something better', async () => {
  await signedInAs(services, 'operator');
  const { email } = (await services.db('operators').whereNotNull('email').first('email')) as { email: string };
  await ask(visitorAt(base), email);
  const visitor = visitorAt(base);
  await visitor.post('/sign-in/link', { token: tokenOf((await linksTo(email))[0]!) });
  expect((await visitor.get('/account')).html).toContain('Chưa thiết lập khóa đăng nhập');
});

test.each([
  ['another host', 'https://evil.example/'], ['a host without a scheme', '//evil.example'], ['a backslash', '/\\evil.example'], ['a tab', '/\t/evil.example'], ['a script', 'javascript:alert(1)'],
])('%s is no place to return to', async (_what, to) => {
  const official = await newOfficial();
  await ask(visitorAt(base), official.email, to);
  const visitor = visitorAt(base);
  expect((await visitor.post('/sign-in/link', { token: tokenOf((await linksTo(official.email))[0]!) })).location).toBe('/welcome');
});

test('a session ends by signing out, by idling, at its limit, and when its holder leaves', async () => {
  const official = await newOfficial();
  const open = async (): Promise<Visitor> => visitorAt(base, await signIn(services, { kind: 'official', id: official.id }));
  const signedOut = await open();
  const cookie = signedOut.cookie;
  expect((await signedOut.post('/sign-out')).location).toBe('/signed-out');
  signedOut.cookie = cookie;
  expect((await signedOut.get('/account')).status).toBe(303);

  const idle = await open();
  services.clock.advance({ minutes: 31 });
  expect((await idle.get('/account')).status).toBe(303);

  const busy = await open();
  for (let i = 0; i < 24; i++) {
    services.clock.advance({ minutes: 25 });
    if (i < 23) expect((await busy.get('/account')).status).toBe(200);
    await services.db('sessions').whereNull('endedAt').update({ lastSeenAt: services.now() });
  }
  expect((await busy.get('/account')).status).toBe(303);

  const leaver = await open();
  await services.db('officials').where({ id: official.id }).update({ leftAt: services.now() });
  expect((await leaver.get('/account')).status).toBe(303);
});

test('one sees the own sessions and ends the others, never somebody else’s', async () => {
  const [one, other] = [await newOfficial(), await newOfficial()];
  const here = visitorAt(base, await signIn(services, { kind: 'official', id: one.id }));
  const there = visitorAt(base, await signIn(services, { kind: 'official', id: one.id }));
  const stranger = visitorAt(base, await signIn(services, { kind: 'official', id: other.id }));
  const ids = ((await services.db('sessions').where({ officialId: one.id }).orderBy('createdAt').select('id')) as { id: string }[]).map(({ id }) => id);
  expect((await stranger.post('/account/sessions', { only: ids[0]! })).location).toBe('/account?ended=0');
  expect((await here.post('/account/sessions')).location).toBe('/account?ended=1');
  expect((await there.get('/account')).status).toBe(303);
  expect((await here.get('/account')).status).toBe(200);
  expect((await stranger.get('/account')).status).toBe(200);
});

test('a form of another site or without the session’s secret does nothing', async () => {
  const official = await newOfficial();
  const token = await signIn(services, { kind: 'official', id: official.id });
  const other = await signIn(services, { kind: 'official', id: official.id });
  const send = (headers: Record<string, string>, formToken: string): Promise<Response> => fetch(`${base}/account/sessions`, {
    method: 'POST', redirect: 'manual', headers: { cookie: `antin=${token}`, accept: 'text/html', ...headers }, body: new URLSearchParams({ form_token: formToken }),
  });
  const own = /name="form_token" value="([^"]+)"/.exec((await visitorAt(base, token).get('/account')).html)![1]!;
  const foreign = /name="form_token" value="([^"]+)"/.exec((await visitorAt(base, other).get('/account')).html)![1]!;
  for (const [headers, secret] of [[{ 'sec-fetch-site': 'cross-site' }, own], [{ origin: 'https://evil.example' }, own], [{ origin: 'null' }, own], [{}, ''], [{}, foreign], [{}, own.slice(0, -2)]] as const) {
    const answer = await send(headers as Record<string, string>, secret);
    expect([answer.status, (await answer.text()).includes('data-problem="form-expired"')]).toEqual([403, true]);
  }
  expect((await send({ 'sec-fetch-site': 'same-origin' }, own)).status).toBe(303);
});
