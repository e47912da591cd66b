import { apiKeyFor, personFor, testApp } from '../../database.ts';
import { csrFor, requestWorld, submitted } from './people.ts';

const world = await requestWorld();
const { services } = world;
const base = await testApp(services);
const registrar = await apiKeyFor(services, 'registrar', 'H05');
const examiner = (await personFor(services, 'operator')).token;
const approver = (await personFor(services, 'operator')).token;
const auditor = await apiKeyFor(services, 'auditor');

interface Body { [field: string]: unknown; id: string; contentHash: string; items: Body[]; next: string | null; decisions: Body[]; problem: Body | null; request: Body | null }
async function call(token: string, method: string, path: string, body?: unknown): Promise<{ status: number; body: Body }> {
  const response = await fetch(`${base}/api/v1${path}`, {
    method, headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Body };
}
const code = ({ status, body }: { status: number; body: Body }): string => `${status} ${String(body['type']).replace('urn:antin:problem:', '')}`;

test('an agency, an official, a request and its certificate, over HTTP alone', async () => {
  const agency = (await call(examiner, 'POST', '/agencies', { code: 'H05.41', name: 'Sở Nội vụ' })).body;
  const official = (await call(registrar, 'POST', '/officials', { agencyId: agency.id, name: 'Phạm Thị Hoa', position: 'Giám đốc', email: 'HoaPT@bacninh.gov.vn' })).body;
  expect(official['email']).toBe('hoapt@bacninh.gov.vn');
  const handedIn = await call(registrar, 'POST', '/requests', { kind: 'issue', profile: 'official-signing', officialId: official.id, csr: await csrFor() });
  expect(handedIn).toMatchObject({ status: 201, body: { state: 'draft', agencyCode: 'H05.41', nextDecisions: ['confirm', 'return', 'refuse'], overdue: false, identityCheck: 'not-checked' } });
  const { id, contentHash } = handedIn.body;
  expect(await call(registrar, 'POST', `/requests/${id}/decisions`, { decision: 'confirm' })).toMatchObject({ status: 201, body: { state: 'confirmed', dueAt: '2026-11-05T17:00:00.000Z' } });
  expect(await call(examiner, 'POST', `/requests/${id}/decisions`, { decision: 'approve', contentHash })).toMatchObject({ body: { state: 'examined' } });
  expect(code(await call(examiner, 'POST', `/requests/${id}/decisions`, { decision: 'approve' }))).toBe('403 own-request');
  expect(await call(approver, 'POST', `/requests/${id}/decisions`, { decision: 'approve', contentHash })).toMatchObject({ status: 201, body: { state: 'issued' } });
  const whole = (await call(auditor, 'GET', `/requests/${id}`)).body;
  expect(whole).toMatchObject({ state: 'issued', nextDecisions: [], subject: 'E=hoapt@bacninh.gov.vn,CN=Phạm Thị Hoa,OU=Sở Nội vụ,O=Ủy ban nhân dân tỉnh Bắc Ninh,L=Bắc Ninh,C=VN' });
  expect(whole.decisions.map((d) => d['decision'])).toEqual(['confirm', 'approve', 'approve']);
  expect(JSON.stringify(whole)).not.toContain('idempotency');
});

test.each([
  ['no JSON', '{', '400 malformed-request'],
  ['an array', [], '422 invalid-fields'],
  ['an unknown kind', { kind: 'suspend' }, '422 invalid-fields'],
  ['a field that does not exist', { kind: 'renew', certificateId: '00000000-0000-4000-8000-000000000000', csr: 'x', admin: true }, '422 invalid-fields'],
  ['an id that is none', { kind: 'renew', certificateId: "1' or 1=1", csr: 'x' }, '422 invalid-fields'],
  ['a profile of the CA', { kind: 'issue', profile: 'issuing-ca', officialId: '00000000-0000-4000-8000-000000000000', csr: 'x' }, '422 invalid-fields'],
  ['a key beyond all size', { kind: 'renew', certificateId: '00000000-0000-4000-8000-000000000000', csr: 'x'.repeat(20_001) }, '422 invalid-fields'],
  ['an unknown certificate', { kind: 'renew', certificateId: '00000000-0000-4000-8000-000000000000', csr: 'x' }, '404 certificate-not-found'],
])('a body with %s is answered in kind', async (_what, body, expected) => {
  expect(code(await call(registrar, 'POST', '/requests', body))).toBe(expected);
});

test.each([
  ['an auditor decides nothing', auditor, { decision: 'approve' }, '403 not-permitted'],
  ['an unknown decision', approver, { decision: 'bless' }, '422 invalid-fields'],
  ['an unknown request', approver, { decision: 'approve' }, '404 not-found'],
])('%s', async (_rule, token, body, expected) => {
  const id = expected.startsWith('403') ? (await submitted(world)).id : '00000000-0000-4000-8000-000000000000';
  expect(code(await call(token, 'POST', `/requests/${id}/decisions`, body))).toBe(expected);
});

test('who may not hand in is told so', async () => {
  expect(code(await call(examiner, 'POST', '/requests', { kind: 'renew' }))).toBe('403 not-permitted');
});

test('each registrar sees the own requests alone, in the list and one by one', async () => {
  const mine = await submitted(world);
  const stranger = await apiKeyFor(services, 'registrar', 'H50');
  expect((await call(stranger, 'GET', '/requests')).body.items).toEqual([]);
  expect(code(await call(stranger, 'GET', `/requests/${mine.id}`))).toBe('403 outside-your-agency');
  expect((await call(registrar, 'GET', '/requests?limit=1')).body.items).toHaveLength(1);
});

test('the list is paged, filtered and searched without diacritics', async () => {
  const all: string[] = [];
  for (let next: string | null = ''; next !== null;) {
    services.clock.advance({ seconds: 1 });
    const { body }: { body: Body } = await call(auditor, 'GET', `/requests?limit=2${next && `&after=${next}`}`);
    all.push(...body.items.map(({ id }) => id));
    next = body.next;
  }
  expect(new Set(all).size).toBe(all.length);
  expect(all.length).toBe(Number((await services.db('requests').count('id as n').first())?.n));
  const items = async (query: string): Promise<unknown[]> => (await call(auditor, 'GET', `/requests?${query}`)).body.items;
  expect(await items('q=pham thi hoa')).toHaveLength(1);
  expect(await items('state=issued&agency=000.00.41.H05')).toHaveLength(1);
  expect(await items('state=issued&agency=H50')).toEqual([]);
  expect(code(await call(auditor, 'GET', '/requests?agency=H99'))).toBe('404 not-found');
  expect(code(await call(auditor, 'GET', '/requests?after=x'))).toBe('400 malformed-request');
});

test('many decisions in one call, each with its own outcome', async () => {
  const ids = [(await submitted(world)).id, (await submitted(world)).id];
  const { status, body } = await call(registrar, 'POST', '/requests/decisions', { items: [...ids, ids[0]].map((requestId) => ({ requestId, decision: 'confirm' })) });
  expect(status).toBe(200);
  expect(body.items.map((i) => i.problem?.['code'] ?? i.request?.['state'])).toEqual(['confirmed', 'confirmed', 'state-changed']);
});

test('policies and holidays are read by everyone with a role and set by administrators', async () => {
  const administrator = await apiKeyFor(services, 'administrator');
  const set = { key: 'renewal.min_days_left', value: 60, effectiveFrom: '2027-01-01T00:00:00+07:00', source: 'NĐ mới' };
  expect(code(await call(registrar, 'POST', '/policies', set))).toBe('403 not-permitted');
  expect(await call(administrator, 'POST', '/policies', set)).toMatchObject({ status: 201, body: { value: 60, effectiveTo: null } });
  const history = (await call(registrar, 'GET', '/policies/renewal.min_days_left')).body.items;
  expect(history.map((p) => [p['value'], p['effectiveTo']])).toEqual([[60, null], [30, '2026-12-31T17:00:00.000Z']]);
  const then = (await call(registrar, 'GET', '/policies?at=2027-02-01T00:00:00Z')).body.items;
  expect(then.find((p) => p['key'] === 'renewal.min_days_left')).toMatchObject({ value: 60 });
  expect((await call(registrar, 'GET', '/holidays?year=2026')).body.items.length).toBeGreaterThan(10);
});
