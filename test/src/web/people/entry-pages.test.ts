import { testApp } from '../../../database.ts';
import { signedInAs, visitorAt } from '../people.ts';
import { webWorld } from '../world.ts';

const world = await webWorld();
const { services, officialId, certificateId } = world;
const base = await testApp(services);
const registrar = visitorAt(base, world.tokenOf.get('registrar'));
let count = 0;
const person = (change: object = {}): Record<string, string> => {
  count += 1;
  return { name: 'Lê Thị Hồng', position: 'Văn thư', email: `hong${count}@bacninh.gov.vn`, agency: 'H05', nationalId: `027185${String(count).padStart(6, '0')}`, birthDate: '2/3/1985', sex: 'female', mobile: '', ...change };
};

test('an official is entered; the number is masked, and that nobody checked is said', async () => {
  const answer = await registrar.post('/people/new', person({ nationalId: '0271 8500 9001' }));
  expect([answer.status, answer.location]).toEqual([303, expect.stringMatching(/^\/people\/[0-9a-f-]{36}\?done=entered$/)]);
  const { html } = await registrar.get(answer.location!);
  expect(html).toContain('0271********');
  expect(html).not.toContain('027185009001');
  expect(html).toContain('Chưa ai đối chiếu');
  expect(html).toContain(`/ask/issue?official=${answer.location!.slice(8, 44)}`);
});

test.each([
  ['eleven digits', { nationalId: '02718500900' }, 'nationalId', 'Số định danh phải có đúng 12 chữ số.'],
  ['the year of another', { nationalId: '027190009002' }, 'nationalId', 'Số định danh không khớp với năm sinh (chữ số thứ 4 đến thứ 6).'],
  ['the century of another', { nationalId: '027385009002' }, 'nationalId', 'Số định danh không khớp với năm sinh (chữ số thứ 4 đến thứ 6).'],
  ['the other sex', { sex: 'male' }, 'sex', 'Giới tính không khớp với số định danh (chữ số thứ 4).'],
  ['no day', { birthDate: '30/02/1985' }, 'birthDate', 'Nhập ngày sinh theo dạng ngày/tháng/năm, ví dụ 02/03/1985.'],
  ['a birth date alone', { nationalId: '' }, 'nationalId', 'Nhập số định danh cùng với ngày sinh.'],
  ['a landline', { mobile: '02438765432' }, 'mobile', 'Nhập số di động Việt Nam, ví dụ 0912345678.'],
  ['no name', { name: ' ' }, 'name', 'Nhập họ và tên, tối đa 64 ký tự.'],
  ['no address', { email: 'hồng' }, 'email', 'Nhập địa chỉ thư điện tử, ví dụ an.nv@bacninh.gov.vn.'],
  ['an agency that is none', { agency: 'H999' }, 'agency', 'Không tìm thấy cơ quan nào có tên hoặc mã này.'],
  ['an agency of others', { agency: 'H01' }, 'agency', 'Cơ quan này không thuộc phạm vi của bạn.'],
])('%s: said beside the field, what was typed is kept, nothing is stored', async (_what, change, field, words) => {
  const typed = person({ position: 'Chuyên viên cao cấp', ...change });
  const { status, html } = await registrar.post('/people/new', typed);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(html).toContain(`<a href="#${field}">${words}</a>`);
  expect(new RegExp(`id="${field}-error"[^>]*>[^]*?${words.replaceAll(/[()]/g, String.raw`\$&`)}`).test(html)).toBe(true);
  expect(html).toContain('value="Chuyên viên cao cấp"');
  expect(await services.db('officials').where({ email: typed['email']! }).first('id')).toBeUndefined();
});

test('an address or a number that is taken stands beside its own field', async () => {
  const first = person();
  await registrar.post('/people/new', first);
  expect((await registrar.post('/people/new', { ...person(), email: first['email']! })).html).toContain('<a href="#email">Một cán bộ đang công tác đã dùng địa chỉ này.');
  expect((await registrar.post('/people/new', { ...person(), nationalId: first['nationalId']! })).html).toContain('<a href="#nationalId">Người có số định danh này đã có trong danh sách của cơ quan.');
  const elsewhere = visitorAt(base, await signedInAs(services, 'registrar', 'H01'));
  expect((await elsewhere.post('/people/new', person({ agency: 'H01', nationalId: first['nationalId']! }))).html).toContain('Người này đang công tác tại cơ quan H05.');
});

test('an entry is changed; whoever leaves with a certificate leads to its revocation', async () => {
  const before = (await registrar.get(`/people/${officialId}`)).html;
  expect(before).toContain(`/ask/change?certificate=${certificateId}`);
  expect(before).toContain(`/ask/revoke?certificate=${certificateId}&amp;ground=position-changed`);
  const { email } = (await services.db('officials').where({ id: officialId }).first('email')) as { email: string };
  const answer = await registrar.post(`/people/${officialId}`, { ...person({ nationalId: '', birthDate: '', sex: '', email }), left: 'yes' });
  expect(answer.location).toBe(`/people/${officialId}?done=saved`);
  const { html } = await registrar.get(answer.location!);
  expect(html).toContain('Đã lưu thay đổi.');
  expect(html).toContain('Đề nghị thu hồi');
  expect(await services.db('officials').where({ id: officialId }).first('position', 'leftAt')).toEqual({ position: 'Văn thư', leftAt: expect.any(Date) });
});

test('an entry of another agency is neither shown nor changed', async () => {
  const elsewhere = visitorAt(base, await signedInAs(services, 'registrar', 'H01'));
  expect((await elsewhere.get(`/people/${officialId}`)).status).toBe(403);
  expect((await elsewhere.post(`/people/${officialId}`, person({ agency: 'H01' }))).status).toBe(403);
  expect((await services.db('officials').where({ id: officialId }).first('agencyId'))).toEqual({ agencyId: world.agencyId });
});

test('where nobody checks, nobody can be asked to', async () => {
  expect((await registrar.get(`/people/${officialId}`)).html).not.toContain('/check"');
  expect((await registrar.post(`/people/${officialId}/check`)).status).toBeGreaterThanOrEqual(400);
});
