import { randomUUID } from 'node:crypto';
import { testApp, testServices } from '../../../database.ts';
import { signIn, signedInAs, visitorAt, type Visitor } from '../people.ts';

const services = await testServices();
const base = await testApp(services);
const administrator = visitorAt(base, await signedInAs(services, 'administrator'));
const colleague = visitorAt(base, await signedInAs(services, 'administrator'));

async function added(fields: Record<string, string | readonly string[]> = {}, by: Visitor = administrator): Promise<string> {
  const { location } = await by.post('/operators/new', { kind: 'person', name: 'Đặng Thị Hồng', email: `${randomUUID().slice(0, 8)}@bcy.gov.vn`, roles: 'operator', ...fields });
  return /^\/operators\/([0-9a-f-]{36})\?done=added$/.exec(location ?? '')?.[1] ?? '';
}

test('somebody is added, found without diacritics, and given other roles, which count at once', async () => {
  const id = await added({ roles: ['operator', 'auditor'], expiresAt: '31/12/2027' });
  const list = await administrator.get('/operators?q=dang+thi+hong&role=auditor');
  expect(list.html).toContain(`href="/operators/${id}"`);
  expect((await administrator.get('/operators?q=dang+thi+hong&role=verifier')).html).toContain('Không có người dùng nào phù hợp');
  expect((await administrator.get('/operators?q=%25')).html).not.toContain(id);
  const person = visitorAt(base, await signIn(services, { kind: 'operator', id }));
  expect((await person.get('/work-list')).status).toBe(200);

  expect((await administrator.post(`/operators/${id}/rights`, { roles: 'verifier', agencyPath: '', expiresAt: '31/12/2027' })).location).toBe(`/operators/${id}?done=rights`);
  expect((await person.get('/work-list')).status).toBe(403);
  const entry = (await services.db('audit_entries').where({ action: 'operator.roles-set', subjectId: id }).first('before', 'after')) as unknown;
  expect(entry).toMatchObject({ before: { roles: ['operator', 'auditor'] }, after: { roles: ['verifier'] } });
});

test('roles, reach and last day are saved together, or none of them', async () => {
  const id = await added({ expiresAt: '31/12/2027' });
  const refused = await administrator.post(`/operators/${id}/rights`, { roles: 'registrar', agencyPath: '', expiresAt: '30/06/2028' });
  expect([refused.status, refused.html.includes('<a href="#agencyPath">'), refused.html.includes('value="30/06/2028"')]).toEqual([422, true, true]);
  expect((await administrator.get(`/operators/${id}`)).html).toContain('value="31/12/2027"');
  expect(await services.db('audit_entries').where({ subjectId: id }).whereIn('action', ['operator.expiry-set', 'operator.roles-set'])).toHaveLength(0);
  expect((await administrator.post(`/operators/${id}/rights`, { roles: 'registrar', agencyPath: 'H05', expiresAt: '30/06/2028' })).status).toBe(303);
  expect(await services.db('audit_entries').where({ subjectId: id }).whereIn('action', ['operator.expiry-set', 'operator.roles-set'])).toHaveLength(2);
});

test.each([
  ['a registrar without an agency', { roles: 'registrar' }, 'agencyPath'], ['no role', { roles: [] }, 'roles'], ['a person without an e-mail', { email: '' }, 'email'], ['no name', { name: ' ' }, 'name'],
  ['a day that is none', { expiresAt: '31/02/2027' }, 'expiresAt'], ['a day that is past', { expiresAt: '01/01/2020' }, 'expiresAt'], ['an agency that is none', { agencyPath: 'H05 ; x' }, 'agencyPath'],
])('%s: said beside the field, and what was typed stays', async (_what, fields, field) => {
  const { status, html } = await administrator.post('/operators/new', { kind: 'person', name: 'Người mới', email: 'nguoimoi@bcy.gov.vn', roles: 'operator', ...fields });
  expect(status).toBe(422);
  expect(html).toContain(`<a href="#${field}">`);
  if (field !== 'name') expect(html).toContain('value="Người mới"');
});

test('an API key is shown once, works, and is withdrawn', async () => {
  const id = await added({ roles: 'auditor' });
  const shown = await administrator.post(`/operators/${id}/keys`, { label: 'Kết nối giám sát', days: '30' });
  const [token = ''] = /antin_[0-9a-f]{16}_[\w-]{43}/.exec(shown.html) ?? [];
  const call = () => fetch(`${base}/api/v1/audit`, { headers: { authorization: `Bearer ${token}` } });
  expect((await call()).status).toBe(200);
  const page = await administrator.get(`/operators/${id}`);
  expect(page.html).toContain('Kết nối giám sát');
  expect(page.html).not.toContain(token.slice(23));
  const { id: key } = (await services.db('api_keys').where({ operatorId: id }).first('id')) as { id: string };
  expect((await administrator.post(`/operators/${id}/keys/revoke`, { key })).location).toBe(`/operators/${id}?done=revoked`);
  expect((await call()).status).toBe(401);
  const wrong = await administrator.post(`/operators/${id}/keys`, { label: '', days: '9999' });
  expect([wrong.status, wrong.html.includes('<a href="#label">'), wrong.html.includes('<a href="#days">')]).toEqual([422, true, true]);
});

test('who is switched off is out at once, everywhere, and the last administrator stays', async () => {
  const id = await added();
  const person = visitorAt(base, await signIn(services, { kind: 'operator', id }));
  expect((await administrator.post(`/operators/${id}/state`, { active: 'false' })).location).toBe(`/operators/${id}?done=off`);
  expect((await person.get('/account')).status).toBe(303);
  // switching on again revives no session
  await administrator.post(`/operators/${id}/state`, { active: 'true' });
  expect((await person.get('/account')).status).toBe(303);

  const administrators = (await services.db('operator_roles').where({ role: 'administrator' }).select('operatorId')) as { operatorId: string }[];
  for (const { operatorId } of administrators.slice(1)) await administrator.post(`/operators/${operatorId}/state`, { active: 'false' });
  const last = administrators[0]!.operatorId;
  const holder = visitorAt(base, await signIn(services, { kind: 'operator', id: last }));
  for (const [path, fields] of [['state', { active: 'false' }], ['rights', { roles: 'operator' }]] as const) {
    const refused = await holder.post(`/operators/${last}/${path}`, fields);
    expect([refused.status, refused.html.includes('Phải còn ít nhất một quản trị viên')]).toEqual([409, true]);
  }
  for (const { operatorId } of administrators) await holder.post(`/operators/${operatorId}/state`, { active: 'true' });
});

test('sessions are ended, and recovery takes two', async () => {
  const [one, other] = [visitorAt(base, await signedInAs(services, 'administrator')), visitorAt(base, await signedInAs(services, 'administrator'))];
  const id = await added({}, one);
  const person = visitorAt(base, await signIn(services, { kind: 'operator', id }));
  expect((await one.post(`/operators/${id}/sessions`)).location).toBe(`/operators/${id}?done=sessions`);
  expect((await person.get('/account')).status).toBe(303);

  expect((await one.post(`/operators/${id}/recovery`, { reason: '' })).html).toContain('<a href="#reason">');
  expect((await one.post(`/operators/${id}/recovery`, { reason: 'Mất điện thoại' })).location).toBe(`/operators/${id}?done=asked`);
  const { id: recovery } = (await services.db('recoveries').where({ operatorId: id }).first('id')) as { id: string };
  expect((await one.get(`/operators/${id}`)).html).not.toContain('/recovery/approve');
  const alone = await one.post(`/operators/${id}/recovery/approve`, { recovery });
  expect([alone.status, alone.html.includes('Cần một quản trị viên khác đồng ý')]).toEqual([403, true]);
  expect((await other.get(`/operators/${id}`)).html).toContain('/recovery/approve');
  expect((await other.post(`/operators/${id}/recovery/approve`, { recovery })).location).toBe(`/operators/${id}?done=recovered`);
});

test('nobody else sees any of it', async () => {
  const operator = visitorAt(base, await signedInAs(services, 'operator'));
  expect((await operator.get('/operators')).status).toBe(403);
  expect((await colleague.get(`/operators/${randomUUID()}`)).status).not.toBe(200);
});
