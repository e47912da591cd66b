import { makeResultPdf } from '../../../../scripts/make-result-pdf.ts';
import { testApp } from '../../../database.ts';
import { csrFor } from '../../requests/people.ts';
import { formTokenIn, signIn, signedInAs, visitorAt, type Shown, type Visitor } from '../people.ts';
import { webWorld } from '../world.ts';

const world = await webWorld();
const { services, people, officialId, certificateId, newOfficial } = world;
const base = await testApp(services);
const registrar = visitorAt(base, await signIn(services, { kind: 'operator', id: people.registrar.id }));

/** Sends a form with files, as a browser does. */
async function send(visitor: Visitor, path: string, fields: Record<string, string>, files: Record<string, Uint8Array | string> = {}): Promise<Shown> {
  const body = new FormData();
  body.set('form_token', formTokenIn((await visitor.get('/account')).html));
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  for (const [name, value] of Object.entries(files)) body.set(name, new Blob([Buffer.from(value)]), name === 'csr' ? 'khoa.csr' : 'giấy.pdf');
  const answer = await fetch(base + path, { method: 'POST', redirect: 'manual', body, headers: { cookie: visitor.cookie, accept: 'text/html' } });
  return { status: answer.status, html: await answer.text(), location: answer.headers.get('location'), headers: answer.headers };
}
const requestIn = (answer: Shown): string => /\/asked\/([0-9a-f-]{36})/.exec(answer.location ?? '')?.[1] ?? '';
const stored = async (id: string): Promise<Record<string, unknown>> => (await services.db('requests').where({ id }).first('kind', 'profile', 'ground', 'officialId', 'serviceName', 'wetSigned', 'transfer', 'state')) as Record<string, unknown>;

test('a certificate is asked for an official, with a paper; the form is printed', async () => {
  const official = await newOfficial();
  const form = (await registrar.get(`/ask/issue?official=${official.id}`)).html;
  expect(form).toContain(official.name);
  const answer = await send(registrar, '/ask/issue', { official: official.id, device: 'TOKEN' }, { csr: await csrFor(), paper: await makeResultPdf() });
  expect(answer.status).toBe(303);
  const id = requestIn(answer);
  expect(await stored(id)).toMatchObject({ kind: 'issue', profile: 'official-signing', officialId: official.id, state: 'draft' });
  const { html } = await registrar.get(`/asked/${id}`);
  expect(html).toContain('giấy.pdf');
  expect((await registrar.get(`/asked/${id}/file/form`)).headers.get('content-type')).toBe('application/pdf');
});

test('of an agency’s first request the scan is needed, and goes along as such', async () => {
  const fields = { profile: 'service-tls-client', agency: 'H05', serviceName: 'lgsp.bacninh.gov.vn', device: 'HSM', wetSigned: 'yes' };
  const without = await send(registrar, '/ask/issue', fields, { csr: await csrFor() });
  expect([without.status, without.html.includes('<a href="#paper">Gửi kèm bản quét của văn bản đã ký và đóng dấu.</a>')]).toEqual([422, true]);
  const refusedOne = await send(registrar, '/ask/issue', fields, { csr: await csrFor(), paper: await makeResultPdf() });
  // H05 has had a certificate in this world
  expect([refusedOne.status, refusedOne.html.includes('<a href="#wetSigned">Cơ quan đã có chứng thư')]).toEqual([422, true]);
  const answer = await send(registrar, '/ask/issue', { ...fields, wetSigned: '' }, { csr: await csrFor() });
  expect(answer.status).toBe(422);
  const { wetSigned: _wet, ...digital } = fields;
  expect(await stored(requestIn(await send(registrar, '/ask/issue', digital, { csr: await csrFor() })))).toMatchObject({ profile: 'service-tls-client', serviceName: 'lgsp.bacninh.gov.vn', wetSigned: false });
});

test.each([
  ['no ground', 'revoke', {}, {}, 'ground', 'Chọn lý do thu hồi.'],
  ['a day to come', 'revoke', { ground: 'retired', since: '01/01/2099' }, {}, 'since', 'Nhập một ngày đã qua theo dạng ngày/tháng/năm.'],
  ['a change of nothing', 'change', {}, {}, 'note', 'Nêu rõ nội dung đề nghị.'],
  ['no key', 'change', { note: 'đổi tên' }, {}, 'csr', 'Chọn tệp PKCS#10.'],
  ['a key that is none', 'change', { note: 'đổi tên' }, { csr: 'đây không phải khóa' }, 'csr', 'Không đọc được tệp này như một yêu cầu PKCS#10.'],
  ['a paper that is no PDF', 'revoke', { ground: 'retired' }, { paper: 'văn bản' }, 'paper', 'Giấy tờ phải là tệp PDF.'],
])('%s: said beside the field, and nothing is stored', async (_what, kind, fields, files, field, words) => {
  const before = (await services.db('requests').count('* as n')) as unknown;
  const { status, html } = await send(registrar, `/ask/${kind}`, { certificate: certificateId, ...fields as Record<string, string> }, files as Record<string, string>);
  expect(status).toBe(422);
  expect(html).toContain(`<a href="#${field}">${words}</a>`);
  expect(html).toContain(`id="${field}-error"`);
  expect(await services.db('requests').count('* as n')).toEqual(before);
});

test('a revocation for a transfer says that it means one; the same is not asked for twice', async () => {
  const form = (await registrar.get(`/ask/revoke?certificate=${certificateId}&ground=position-changed`)).html;
  expect(form).toMatch(/value="position-changed" checked/);
  expect(form).not.toContain('value="agency-dissolved"');
  const answer = await send(registrar, '/ask/revoke', { certificate: certificateId, ground: 'position-changed' });
  expect(await stored(requestIn(answer))).toMatchObject({ kind: 'revoke', ground: 'position-changed', transfer: 'revoke', officialId });
  const again = await send(registrar, '/ask/revoke', { certificate: certificateId, ground: 'retired' });
  expect([again.status, again.html.includes('Đã có một yêu cầu đang xử lý')]).toEqual([409, true]);
});

test('a certificate is found by its serial number; a stranger’s is not, nor is its holder', async () => {
  const { serial } = (await services.db('certificates').where({ id: certificateId }).first(services.db.raw(`encode(serial_number, 'hex') as serial`))) as { serial: string };
  const answer = await send(registrar, '/ask/restore-device', { serial: serial.toUpperCase().replaceAll(/..(?=.)/g, '$&:'), note: 'quên mã PIN' });
  expect(await stored(requestIn(answer))).toMatchObject({ kind: 'restore-device' });
  const elsewhere = visitorAt(base, await signedInAs(services, 'registrar', 'H01'));
  expect((await send(elsewhere, '/ask/revoke', { serial, ground: 'retired' })).html).toContain('Không có chứng thư mang số hiệu này trong cơ quan của bạn.');
  expect((await elsewhere.get(`/ask/revoke?certificate=${certificateId}`)).status).toBe(403);
  expect((await elsewhere.get(`/ask/issue?official=${officialId}`)).status).toBe(403);
});
