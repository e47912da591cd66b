import { systemActor } from '../../../../src/access/actors.ts';
import { tasks } from '../../../../src/app.ts';
import { planReorganisation } from '../../../../src/reorganisation/plan.ts';
import { testApp } from '../../../database.ts';
import { openBrowser, openWindow } from '../browser.ts';
import { signedInAs, visitorAt } from '../people.ts';
import { webWorld } from '../world.ts';

const world = await webWorld();
const { services, jobId } = world;
const base = await testApp(services);
const path = `/jobs/${jobId}`;
const [first, second] = [await signedInAs(services, 'operator'), await signedInAs(services, 'operator')];
const open = (token: string | undefined, address = path) => visitorAt(base, token).get(address);
const hashIn = (html: string): string => /name="contentHash" value="([^"]*)"/.exec(html)?.[1] ?? '';
const stateOf = async (): Promise<string> => ((await services.db('bulk_jobs').where({ id: jobId }).first('state')) as { state: string }).state;

test('a registrar of elsewhere is refused the job, its result and its progress, and does not see it in the list', async () => {
  const outside = await signedInAs(services, 'registrar', 'H01');
  for (const address of [path, `${path}/file/results`, `${path}/events`]) expect([address, (await open(outside, address)).status]).toEqual([address, 403]);
  expect((await open(outside, '/jobs')).html).not.toContain(jobId);
  expect((await open(world.tokenOf.get('registrar'), '/jobs')).html).toContain(jobId);
});

test('what it would do, line by line, and each refusal in words', async () => {
  const { html } = await open(first, `${path}?lang=vi`);
  for (const part of ['danh-sach-cap-moi.jsonl', 'Chờ phê duyệt lần một', '1 dòng sẽ được thực hiện, 1 dòng bị loại.', 'Danh sách thu hồi hiện có', 'Bị loại']) expect(html).toContain(part);
  expect((await open(first, `${path}?line=ready`)).html).not.toContain('tag--bad');
  const saved = await open(first, `${path}/file/results`);
  expect([saved.headers.get('content-type'), saved.html.split('\r\n').length > 2]).toEqual(['text/csv; charset=utf-8', true]);
});

test('to refuse needs a reason; what changed meanwhile is not approved; two operators approve, not one twice', async () => {
  const operator = visitorAt(base, first);
  expect((await operator.post(path, {})).html).toContain('Chọn một quyết định.');
  expect((await operator.post(path, { decision: 'refuse', reason: ' ' })).html).toContain('Nêu lý do từ chối.');
  expect((await operator.post(path, { decision: 'approve', contentHash: '0'.repeat(64) })).html).toContain('Tình trạng đã thay đổi');
  const contentHash = hashIn((await operator.get(path)).html);
  expect((await operator.post(path, { decision: 'approve', contentHash })).location).toBe(`${path}?done=yes`);
  expect((await operator.get(path)).html).toContain('Bạn đã phê duyệt lần một');
  expect((await operator.post(path, { decision: 'approve', contentHash })).status).not.toBe(303);
  expect(await stateOf()).toBe('examined');
});

test('an auditor sees it and decides nothing', async () => {
  expect((await open(world.tokenOf.get('auditor'))).html).not.toContain('name="decision"');
  expect((await visitorAt(base, world.tokenOf.get('auditor')).post(path, { decision: 'stop' })).status).toBe(403);
});

test('stopped, resumed, and followed live in a browser until it is done', async () => {
  const operator = visitorAt(base, second);
  await operator.post(path, { decision: 'approve', contentHash: hashIn((await operator.get(path)).html) });
  await operator.post(path, { decision: 'stop' });
  expect(await stateOf()).toBe('stopped');
  await operator.post(path, { decision: 'resume' });
  const { page, complaints, close } = await openWindow(await openBrowser(), base, { token: second });
  await page.goto(`${base}${path}?lang=vi`);
  await page.getByText('Tiến độ tự cập nhật.').waitFor();
  await services.runJobs(tasks);
  await page.locator('.tag', { hasText: 'Đã xong' }).first().waitFor();
  expect(await page.locator('#progress').innerText()).toContain('2 trên 2');
  expect(complaints).toEqual([]);
  await close();
}, 90_000);

test('a reorganisation stands in the same list, is read and decided on the same page', async () => {
  const plan = await planReorganisation(services, systemActor('test'), { title: 'Đổi tên tỉnh', legalBasis: 'NQ 12/2026', actions: [{ type: 'rename', agency: 'H05', name: 'Ủy ban nhân dân tỉnh Kinh Bắc' }] });
  const address = `/jobs/${plan.bulkId}`;
  expect((await open(first, '/jobs')).html).toContain('Đổi tên tỉnh');
  // who acts for an agency reads what touches it, and decides nothing
  expect((await open(await signedInAs(services, 'registrar', 'H01'), address)).status).toBe(403);
  const own = await open(world.tokenOf.get('registrar'), address);
  expect([own.status, own.html.includes('name="decision"')]).toEqual([200, false]);
  const { html } = await open(first, `${address}?lang=vi`);
  for (const part of ['Sắp xếp cơ quan', 'NQ 12/2026', 'Chứng thư cũ còn hiệu lực thêm']) expect(html).toContain(part);
  expect((await visitorAt(base, first).post(address, { decision: 'approve', contentHash: hashIn(html) })).location).toBe(`${address}?done=yes`);
  expect((await open(second, address)).html).toContain('Phê duyệt những gì trang này hiển thị');
  expect((await open(first, `${address}/file/results`)).headers.get('content-type')).toBe('text/csv; charset=utf-8');
});
