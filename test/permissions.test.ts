import { officialPermissions, permissionsOf } from '../src/access/permissions.ts';
import { permissions, roles, type Role } from '../src/services.ts';
import { endpoints } from '../src/app.ts';
import { mayOpen } from '../src/web/frame/page.ts';
import { pages } from '../src/web/routes.ts';
import { visitorAt } from './src/web/people.ts';
import { sampleOf, visitors, webWorld, type WebWorld } from './src/web/world.ts';
import { apiKeyFor, testApp, testServices } from './database.ts';

const keys = new Map<string, string | undefined>();
let base = '';

beforeAll(async () => {
  const services = await testServices();
  base = await testApp(services);
  for (const role of roles) keys.set(role, await apiKeyFor(services, role));
  const expired = await apiKeyFor(services, 'administrator');
  const revoked = await apiKeyFor(services, 'administrator');
  const prefixOf = (token: string): string => token.split('_')[1] ?? '';
  await services.db('api_keys').where({ prefix: prefixOf(expired) }).update({ expiresAt: services.now() });
  await services.db('api_keys').where({ prefix: prefixOf(revoked) }).update({ revokedAt: services.now() });
  keys.set('expired', expired).set('revoked', revoked).set('wrong secret', `${keys.get('auditor')?.slice(0, -4)}AAAA`).set('no form', 'antin_');
});

async function call(method: string, path: string, caller: string): Promise<Response> {
  const token = keys.get(caller);
  return fetch(base + path.replace(/:\w+/g, '00000000-0000-4000-8000-000000000000'), {
    method: method.toUpperCase(), redirect: 'manual',
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
}

const guarded = endpoints.filter((e) => e.allow !== 'anyone');

describe.each(guarded.map((e) => [e.method, e.path, e] as const))('%s %s', (method, path, e) => {
  test.each([
    ['nobody', 401, 'sign-in-required'], ['expired', 401, 'credential-expired'], ['revoked', 401, 'credential-expired'],
    ['wrong secret', 401, 'sign-in-required'], ['no form', 401, 'sign-in-required'],
  ])('%s: %i %s', async (caller, status, code) => {
    const answer = await call(method, path, caller);
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({ status, body: { type: `urn:antin:problem:${code}` } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  test.each(roles.map((role) => [role]))('%s: only what the table of roles says', async (role: Role) => {
    const answer = await call(method, path, role);
    const body = answer.headers.get('content-type')?.includes('json') ? ((await answer.json()) as { type?: string }) : {};
    const refused = body.type === 'urn:antin:problem:not-permitted';
    expect(answer.status).not.toBe(401);
    expect(answer.status).not.toBe(500);
    expect(refused).toBe(!(permissionsOf[role] as readonly string[]).includes(e.allow));
  });
});

test('every endpoint is either guarded or one of the few that anyone may call', () => {
  const open = endpoints.filter((e) => e.allow === 'anyone').map((e) => `${e.method} ${e.path}`);
  expect(open.filter((line) => /\/api\/v1\/(?!verifications|authorities|policies|revocations$|agencies\/:id\/expiries\.ics$)/.test(line))).toEqual([]);
});

test('every permission is someone\'s, and an auditor changes nothing', () => {
  const given = new Set([...roles.flatMap((role) => permissionsOf[role]), ...officialPermissions]);
  expect(permissions.filter((permission) => !given.has(permission))).toEqual([]);
  expect(permissionsOf.auditor.filter((permission) => !permission.endsWith(':read'))).toEqual([]);
});

describe('pages', () => {
  let world: WebWorld;
  let at = '';

  beforeAll(async () => {
    world = await webWorld();
    at = await testApp(world.services);
  });

  // what signs somebody out would end the session that the next line needs
  const asked = pages.filter(({ path }) => path !== '/sign-out' && path !== '/account/sessions');

  test.each(asked.map((page) => [page.method, page.path, page] as const))('%s %s: only for whom it is', async (method, _path, page) => {
    for (const name of visitors) {
      const address = sampleOf(page, world);
      const visitor = visitorAt(at, world.tokenOf.get(name));
      const { status, html, location } = method === 'get' ? await visitor.get(address) : await visitor.post(address);
      const actor = world.actorOf.get(name);
      const allowed = page.allow === 'anyone' || (actor !== undefined && mayOpen(actor, page.allow));
      const toSignIn = status === 303 && location?.startsWith('/sign-in?to=%2F') === true;
      expect({ name, allowed: !toSignIn && !html.includes('data-problem="not-permitted"') }).toEqual({ name, allowed });
      expect({ name, status: status < 500 }).toEqual({ name, status: true });
      if (!allowed) expect({ name, status }).toEqual({ name, status: name === 'nobody' ? 303 : 403 });
    }
  });

  test('no page stands twice in the list', () => {
    const lines = pages.map(({ method, path }) => `${method} ${path}`);
    expect(lines.filter((line, i) => lines.indexOf(line) !== i)).toEqual([]);
  });

  test('a page that is not for everybody says for whom', () => {
    const open = pages.filter(({ allow }) => allow === 'anyone').map(({ path }) => path);
    expect(open.filter((path) => !/^\/(?:verify|revoke|changed-certificate\/:token(?:\/file\/pem)?|status|authorities(?:\/:label)?|receipts(?:\/:id(?:\/file\/receipt.p7m)?)?|explanations|sign-in(?:\/link|\/key(?:\/file|\/proof)?|\/organisation(?:\/callback)?|\/passkey(?:\/challenge)?|\/certificate)?|sign-out|signed-out)?$/.test(path))).toEqual([]);
  });
});
