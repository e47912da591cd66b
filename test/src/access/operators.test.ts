import { apiKeyFor, personFor, testApp, testServices, type TestServices } from '../../database.ts';
import { createFirstAdministrator } from '../../../src/access/first-administrator.ts';

let services: TestServices;
let base = '';
let administrator = '';
beforeAll(async () => {
  services = await testServices();
  base = await testApp(services);
  administrator = (await createFirstAdministrator(services)) ?? '';
});

async function call(token: string, method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(base + path, {
    method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

test('a second start makes no second administrator', async () => {
  expect(await createFirstAdministrator(services)).toBeUndefined();
});

test('an administrator adds an operator, whose key is shown once, works, ends and can be withdrawn', async () => {
  const operator = await call(administrator, 'POST', '/api/v1/operators', { name: 'Trần Thị B', roles: ['auditor'] });
  expect(operator).toMatchObject({ status: 201, body: { name: 'Trần Thị B', roles: ['auditor'], kind: 'person', active: true } });
  const keys = `/api/v1/operators/${String(operator.body['id'])}/api-keys`;
  const key = await call(administrator, 'POST', keys, { label: 'desk', days: 10 });
  const token = String(key.body['token']);
  expect(token).toMatch(/^antin_[0-9a-f]{16}_[\w-]{43}$/);
  expect((await call(token, 'GET', '/api/v1/audit')).status).toBe(200);

  const listed = await call(administrator, 'GET', keys);
  expect(JSON.stringify(listed.body)).not.toContain(token.slice(23));
  expect(JSON.stringify((await services.db('audit_entries').select('*')))).not.toContain(token.slice(23));

  services.clock.advance({ days: 10 });
  expect(await call(token, 'GET', '/api/v1/audit')).toMatchObject({ status: 401, body: { type: 'urn:antin:problem:credential-expired' } });
  services.clock.advance({ days: -10 });
  expect((await call(administrator, 'POST', `/api/v1/api-keys/${String(key.body['id'])}/revocation`)).status).toBe(200);
  expect(await call(token, 'GET', '/api/v1/audit')).toMatchObject({ status: 401, body: { type: 'urn:antin:problem:credential-expired' } });
});

test.each([
  ['a role that is none', { name: 'x', roles: ['king'] }], ['no role', { name: 'x', roles: [] }], ['no name', { name: ' ', roles: ['auditor'] }],
  ['a registrar without an agency', { name: 'x', roles: ['registrar'] }], ['a path that is none', { name: 'x', roles: ['registrar'], agencyPath: 'H01.' }],
])('%s is refused', async (_what, body) => {
  expect(await call(administrator, 'POST', '/api/v1/operators', body)).toMatchObject({ status: 422, body: { type: 'urn:antin:problem:invalid-fields' } });
});

test('who wrote what is in the audit, newest first, in pages', async () => {
  const auditor = await apiKeyFor(services, 'auditor');
  const first = await call(auditor, 'GET', '/api/v1/audit?limit=2&subjectType=operator');
  expect(first.body['items']).toHaveLength(2);
  expect(typeof first.body['next']).toBe('string');
  expect((await call(auditor, 'GET', '/api/v1/audit/verification')).body).toMatchObject({ intact: true });
});

test('a registrar whose appointment has ended is refused, though the key would last; extended, he is let in again', async () => {
  const { actor, token } = await personFor(services, 'registrar', 'H05');
  const expiry = `/api/v1/operators/${actor.id}/expiry`;
  const end = new Date(services.now().getTime() + 10 * 86_400_000).toISOString();
  expect(await call(administrator, 'PUT', expiry, { expiresAt: end })).toMatchObject({ status: 200, body: { expiresAt: end } });
  expect((await call(token, 'GET', '/api/v1/agencies')).status).toBe(200);
  services.clock.advance({ days: 10 });
  expect(await call(token, 'GET', '/api/v1/agencies')).toMatchObject({ status: 401, body: { type: 'urn:antin:problem:credential-expired' } });
  expect((await call(administrator, 'PUT', expiry, { expiresAt: end })).status).toBe(422);
  await call(administrator, 'PUT', expiry, { expiresAt: null });
  expect((await call(token, 'GET', '/api/v1/agencies')).status).toBe(200);
  expect((await call(token, 'PUT', expiry, { expiresAt: null })).status).toBe(403);
  services.clock.advance({ days: -10 });
  expect(await services.db('audit_entries').where({ action: 'operator.expiry-set', subjectId: actor.id }).orderBy('sequence').pluck('after')).toEqual([{ expiresAt: end }, { expiresAt: null }]);
  expect((await call(administrator, 'PUT', '/api/v1/operators/00000000-0000-4000-8000-000000000000/expiry', { expiresAt: null })).status).toBe(404);
});

test('an appointment that has ended before it began is refused, one to come is kept', async () => {
  const registrar = { name: 'x', roles: ['registrar'], agencyPath: 'H05' };
  expect((await call(administrator, 'POST', '/api/v1/operators', { ...registrar, expiresAt: '2020-01-01T00:00:00Z' })).status).toBe(422);
  expect(await call(administrator, 'POST', '/api/v1/operators', { ...registrar, expiresAt: '2036-01-01T00:00:00+07:00' })).toMatchObject({ status: 201, body: { expiresAt: '2035-12-31T17:00:00.000Z' } });
});
