import { submitRequest } from '../../../../src/requests/submit.ts';
import { testApp } from '../../../database.ts';
import { csrFor, decideAll } from '../../requests/people.ts';
import { signedInAs, visitorAt } from '../people.ts';
import { webWorld } from '../world.ts';

const world = await webWorld();
const { services, newOfficial, transferId } = world;
const base = await testApp(services);
const giving = visitorAt(base, world.tokenOf.get('registrar'));
const receiving = visitorAt(base, await signedInAs(services, 'registrar', 'H49'));
const stranger = visitorAt(base, await signedInAs(services, 'registrar', 'H01'));
let count = 0;
const order = (change: object = {}): Record<string, string> => {
  count += 1;
  return { nationalId: `0270 8500 ${String(count).padStart(4, '0')}`, agency: 'H49', position: 'Trưởng phòng', email: `moi${count}@quangninh.gov.vn`, note: '', ...change };
};
const person = async (typed: Record<string, string>) => newOfficial({ name: 'Trịnh Văn Sơn', nationalId: typed['nationalId']!.replaceAll(' ', ''), birthDate: '1985-03-02' });
const stateOf = async (id: string): Promise<unknown> => (await services.db('official_transfers').where({ id }).first('state', 'reason'));

test('asked for by the one agency, agreed to by the other; then the receiving one is asked what it means for the certificate', async () => {
  const typed = order();
  const { id: officialId } = await person(typed);
  const { newCertificateId } = await decideAll(world, (await submitRequest(services, world.people.registrar, { kind: 'issue', profile: 'official-signing', officialId, csr: await csrFor() })).id);
  services.clock.advance({ minutes: 1 });
  const asked = await receiving.post('/transfers/new', typed);
  expect([asked.status, asked.location]).toEqual([303, expect.stringMatching(/^\/transfers\/[\w-]{36}\?done=asked$/)]);
  const path = asked.location!.split('?')[0]!;
  const waiting = (await receiving.get(asked.location!)).html;
  expect([waiting.includes('Chờ cơ quan đang quản lý'), waiting.includes('name="decision"'), waiting.includes('có nghĩa gì với chứng thư')]).toEqual([true, false, false]);
  expect((await giving.get('/transfers')).html).toContain(path);
  expect((await giving.get(path)).html).toContain('Đồng ý cho chuyển');
  services.clock.advance({ minutes: 1 });
  expect((await giving.post(path, { decision: 'release', reason: '' })).location).toBe(`${path}?done=decided`);
  const { html } = await receiving.get(path);
  expect(html).toContain('Điều chuyển này có nghĩa gì với chứng thư?');
  for (const link of [`/ask/change?certificate=${newCertificateId}`, `/ask/revoke?certificate=${newCertificateId}&amp;ground=position-changed`]) expect(html).toContain(link);
  expect((await receiving.get(`/ask/change?certificate=${newCertificateId}`)).html).toContain('Gửi yêu cầu này nghĩa là thay đổi nội dung');
  expect((await giving.get(path)).html).not.toContain('/ask/change');
  expect((await giving.get('/transfers?state=released')).html).toContain(path);
});

test('a refusal says why, and the other agency reads it; what is decided is decided once', async () => {
  const typed = order();
  await person(typed);
  const path = (await receiving.post('/transfers/new', typed)).location!.split('?')[0]!;
  expect((await giving.post(path, { decision: 'refuse', reason: ' ' })).html).toContain('<a href="#reason">Nêu lý do từ chối.</a>');
  expect((await giving.post(path, { reason: '' })).html).toContain('<a href="#decision">Chọn đồng ý hoặc từ chối.</a>');
  expect((await receiving.post(path, { decision: 'release', reason: '' })).status).toBe(403);
  expect((await giving.post(path, { decision: 'refuse', reason: 'Chưa bàn giao công việc' })).status).toBe(303);
  expect(await stateOf(path.slice('/transfers/'.length))).toEqual({ state: 'refused', reason: 'Chưa bàn giao công việc' });
  expect((await receiving.get(path)).html).toContain('Chưa bàn giao công việc');
  expect((await giving.post(path, { decision: 'release', reason: '' })).html).toContain('Đề nghị này đã được quyết định.');
});

test.each([
  ['a number nobody has', { nationalId: '027085999999' }, 'nationalId', 'Không có ai mang số định danh này đang công tác.'], ['eleven digits', { nationalId: '02708500000' }, 'nationalId', 'Số định danh phải có đúng 12 chữ số.'],
  ['an agency of others', { agency: 'H01' }, 'agency', 'Cơ quan này không thuộc phạm vi của bạn.'], ['no agency', { agency: '' }, 'agency', 'Nhập tên hoặc mã của cơ quan.'],
  ['no position', { position: ' ' }, 'position', 'Nhập chức vụ'], ['no address', { email: 'moi' }, 'email', 'Nhập địa chỉ thư điện tử'],
])('%s: said beside the field, nothing is asked for', async (_what, change, field, words) => {
  const before = await services.db('official_transfers').count('* as n');
  const { status, html } = await receiving.post('/transfers/new', order(change));
  expect(status).toBeGreaterThanOrEqual(400);
  expect(html).toContain(`<a href="#${field}">${words}`);
  expect(await services.db('official_transfers').count('* as n')).toEqual(before);
});

test('somebody who is asked for already is not asked for twice', async () => {
  expect((await receiving.post('/transfers/new', order({ nationalId: '027085000777' }))).html).toContain('<a href="#nationalId">Người này đã ở cơ quan bạn, hoặc đã có đề nghị chờ quyết định.');
});

test('a third agency neither sees nor decides', async () => {
  expect((await stranger.get('/transfers')).html).not.toContain(transferId);
  expect([(await stranger.get(`/transfers/${transferId}`)).status, (await stranger.post(`/transfers/${transferId}`, { decision: 'release', reason: '' })).status]).toEqual([403, 403]);
  expect((await stranger.get('/transfers')).html).toContain('Không có điều chuyển nào ở mục này');
});
