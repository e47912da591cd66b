import { testApp } from '../../../database.ts';
import { csv, row, xlsx } from '../../workbook/rows.ts';
import { formTokenIn, signIn, visitorAt } from '../people.ts';
import { webWorld } from '../world.ts';

const world = await webWorld();
const { services, people } = world;
const base = await testApp(services);
const registrar = visitorAt(base, await signIn(services, { kind: 'operator', id: people.registrar.id }));

async function send(bytes: Uint8Array | undefined, checked?: string): Promise<{ status: number; html: string }> {
  const body = new FormData();
  body.set('form_token', formTokenIn((await registrar.get('/account')).html));
  if (checked !== undefined) body.set('checked', checked);
  if (bytes) body.set('file', new Blob([Buffer.from(bytes)]), 'danh sách.xlsx');
  const answer = await fetch(`${base}/bulk/new`, { method: 'POST', body, headers: { cookie: registrar.cookie, accept: 'text/html' } });
  return { status: answer.status, html: await answer.text() };
}
const checkedIn = (html: string): string => /name="checked" value="([0-9a-f]{64})"/.exec(html)?.[1] ?? '';
const countAll = async (): Promise<unknown> => [await services.db('officials').count('* as n'), await services.db('requests').count('* as n')];

test('mistakes are shown by row and column before anything is stored; the same file is then taken in', async () => {
  const before = await countAll();
  const file = await xlsx([row(), row({ row: 3, name: 'Trần Văn Bình', nationalId: '027190012346', email: 'binhtv@bacninh.gov.vn' })]);
  const { html } = await send(file);
  expect(html).toContain('Sẵn sàng gửi: 1 dòng.');
  expect(html).toMatch(/[A-S] \((?:CCCD|Ngày sinh)\)/);
  expect(html).toContain('không khớp với năm sinh trong số định danh');
  expect(await countAll()).toEqual(before);
  const done = (await send(file, checkedIn(html))).html;
  expect(done).toContain('Đã gửi 1 yêu cầu; 0 dòng không gửi được.');
  expect(done).toMatch(/\/work-list\/[0-9a-f-]{36}/);
  expect(await services.db('officials').where({ email: 'anhnt@bacninh.gov.vn' }).first('name')).toEqual({ name: 'Nguyễn Thị Ánh' });
  expect(await services.db('officials').where({ email: 'binhtv@bacninh.gov.vn' }).first('id')).toBeUndefined();
});

test('another file than the one that was checked is only checked', async () => {
  const first = csv([row({ email: 'm@bacninh.gov.vn', nationalId: '027185012399' })]);
  const other = csv([row({ email: 'k@bacninh.gov.vn', nationalId: '027185012398' })]);
  const before = await countAll();
  const { html } = await send(other, checkedIn((await send(first)).html));
  expect(html).toContain('Tệp này khác với tệp vừa kiểm tra.');
  expect(await countAll()).toEqual(before);
});

test.each([
  ['no file', undefined, 'Chọn tệp danh sách.'], ['a file that is no table', Buffer.from('PK\u0003\u0004 hỏng'), 'Không đọc được tệp này như một bảng XLSX hoặc CSV.'],
])('%s: said beside the field', async (_what, bytes, words) => {
  const { status, html } = await send(bytes);
  expect([status, html.includes(`<a href="#file">${words}</a>`)]).toEqual([422, true]);
});
