import { toPem } from '../../../pki/keys/pem.ts';
import { makeEntity } from '../../../scripts/make-chain.ts';
import { putCached, tidyCache } from '../../../src/evidence/store.ts';
import { apiKeyFor, testApp, testServices, type TestServices } from '../../database.ts';

let services: TestServices;
let base: string;
const keys = new Map<string, string>();

beforeAll(async () => {
  services = await testServices({ EVIDENCE_HOSTS: '*.ca.gov.vn' });
  base = await testApp(services);
  for (const role of ['administrator', 'verifier'] as const) keys.set(role, await apiKeyFor(services, role));
}, 60_000);

const call = (method: string, path: string, body?: unknown, role = 'administrator'): Promise<Response> => fetch(`${base}/api/v1${path}`, {
  method, headers: { authorization: `Bearer ${keys.get(role)}`, ...(body ? { 'content-type': 'application/json' } : {}) }, ...(body ? { body: JSON.stringify(body) } : {}),
});

test('an address is told once, listed, and taken back, each with its audit entry', async () => {
  const issuer = makeEntity({ subject: 'CA phục vụ các cơ quan Nhà nước G2', ca: true });
  const order = { kind: 'ocsp', issuer: toPem('CERTIFICATE', issuer.certificate.der), prefix: 'http://ocsp.ca.ptc', replacement: 'http://ocsp.ca.gov.vn' };
  const added = await call('POST', '/evidence-addresses', order);
  expect(added.status).toBe(201);
  const { id } = await added.json() as { id: string };
  expect((await call('POST', '/evidence-addresses', order)).status).toBe(409);
  const listed = await (await call('GET', '/evidence-addresses', undefined, 'verifier')).json();
  expect(listed).toMatchObject({ items: [{ id, issuer: 'CN=CA phục vụ các cơ quan Nhà nước G2', prefix: 'http://ocsp.ca.ptc' }], next: null });
  expect((await call('DELETE', `/evidence-addresses/${id}`)).status).toBe(204);
  expect((await call('DELETE', `/evidence-addresses/${id}`)).status).toBe(404);
  expect(await services.db('audit_entries').where({ subjectId: id }).orderBy('sequence').pluck('action')).toEqual(['evidence-address.added', 'evidence-address.removed']);
});

test.each([
  ['another host', 'http://example.vn/'], ['our own inside', 'http://127.0.0.1/'], ['a file', 'file:///etc/passwd'], ['no address', 'ocsp'],
])('%s is refused', async (_case, replacement) => {
  const answer = await call('POST', '/evidence-addresses', { kind: 'ocsp', prefix: '', replacement });
  expect(answer.status).toBe(422);
  expect(await answer.json()).toMatchObject({ type: 'urn:antin:problem:invalid-fields', errors: [{ pointer: '/replacement' }] });
});

test('evidence is read by its hash', async () => {
  const bytes = Buffer.from('an answer');
  const sha256 = await crypto.subtle.digest('SHA-256', bytes);
  await services.db('evidence_objects').insert({ sha256: Buffer.from(sha256), kind: 'ocsp', bytes, firstUsedAt: services.now() });
  const answer = await call('GET', `/evidence/${Buffer.from(sha256).toString('hex')}`, undefined, 'verifier');
  expect(answer.headers.get('content-type')).toBe('application/ocsp-response');
  expect(await answer.text()).toBe('an answer');
  expect((await call('GET', `/evidence/${'0'.repeat(64)}`, undefined, 'verifier')).status).toBe(404);
  expect((await call('GET', '/evidence/00', undefined, 'verifier')).status).toBe(422);
});

test('the cache stays within its size: what ends first goes first, what has ended at once', async () => {
  const at = services.now();
  const put = (n: number, seconds: number): Promise<void> => putCached(services.db, {
    key: Buffer.alloc(32, n), kind: 'crl', url: `http://crl.ca.gov.vn/${n}`, bytes: Buffer.alloc(500), failure: null, fetchedAt: at, expiresAt: new Date(at.getTime() + seconds * 1000),
  });
  await Promise.all([put(1, 10), put(2, 20), put(3, 30), put(4, 0)]);
  expect(await tidyCache(services.db, at, 2_000)).toBe(2);
  expect(await services.db('evidence_cache').orderBy('url').pluck('url')).toEqual(['http://crl.ca.gov.vn/2', 'http://crl.ca.gov.vn/3']);
});
