import { testApp } from '../../../database.ts';
import { signIn, signedInAs, visitorAt } from '../people.ts';
import { webWorld } from '../world.ts';

const world = await webWorld();
const { services, people, officialId, certificateId } = world;
const base = await testApp(services);
const registrar = visitorAt(base, await signIn(services, { kind: 'operator', id: people.registrar.id }));
const { name, email } = (await services.db('officials').where({ id: officialId }).first('name', 'email')) as { name: string; email: string };
const list = `Họ tên,Email,Lý do\r\n${name},${email},Nghỉ hưu\r\nKhông Ai,khong@ai.gov.vn,Từ trần\r\nThiếu Lý Do,a@b.gov.vn,đi chơi`;
const revocations = async (): Promise<unknown[]> => services.db('requests').where({ kind: 'revoke', certificateId }).select('state', 'ground');

test('a pasted list is matched, then its revocations are handed in at one go', async () => {
  const found = (await registrar.post('/leavers', { list })).html;
  expect(found).toContain(`/officials/${officialId}`);
  expect(found).toContain('Không tìm thấy trong cơ quan');
  expect(found).toContain('lý do không rõ');
  expect(found).toContain('Gửi 1 yêu cầu thu hồi');
  expect(await revocations()).toEqual([]);
  const sent = (await registrar.post('/leavers', { list, submit: 'yes' })).html;
  expect(sent).toContain('Đã gửi 1 yêu cầu thu hồi.');
  expect(await revocations()).toEqual([{ state: 'draft', ground: 'retired' }]);
  expect((await registrar.post('/leavers', { list })).html).toContain('Không có chứng thư nào cần gửi yêu cầu thu hồi.');
});

test('people of another agency are not found', async () => {
  const elsewhere = visitorAt(base, await signedInAs(services, 'registrar', 'H01'));
  const { html } = await elsewhere.post('/leavers', { list });
  expect(html).not.toContain(officialId);
  expect(html).toContain('Không có chứng thư nào cần gửi yêu cầu thu hồi.');
});

test.each([['nothing', ' ', 'Dán danh sách hoặc chọn tệp CSV.'], ['a list without its header', 'Nguyễn Văn A,a@b.gov.vn', 'Dòng đầu phải có cột Họ tên, Lý do, và CCCD hoặc Email.']])('%s: said beside the field', async (_what, sent, words) => {
  const answer = await registrar.post('/leavers', { list: sent });
  expect([answer.status, answer.html.includes(`<a href="#list">${words}</a>`)]).toEqual([422, true]);
});
