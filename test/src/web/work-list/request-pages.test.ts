import { randomUUID } from 'node:crypto';
import { makeResultPdf } from '../../../../scripts/make-result-pdf.ts';
import { attachPaper } from '../../../../src/papers/attach.ts';
import { actorFor, testApp } from '../../../database.ts';
import { decideAll, submitted } from '../../requests/people.ts';
import { signIn, visitorAt } from '../people.ts';
import { webWorld } from '../world.ts';

const world = await webWorld();
const { services, people } = world;
const base = await testApp(services);
const visitorFor = async (person: keyof typeof people) => visitorAt(base, await signIn(services, { kind: 'operator', id: people[person].id }));
const [registrar, examiner, approver] = [await visitorFor('registrar'), await visitorFor('examiner'), await visitorFor('approver')];

test('a registrar confirms ten requests at once; what is done is said', async () => {
  const made = [];
  for (let i = 0; i < 10; i++) made.push(await submitted(world));
  const list = (await registrar.get('/work-list')).html;
  for (const { id } of made) expect(list).toContain(`/work-list/${id}`);
  const answer = await registrar.post('/work-list', { decision: 'confirm', chosen: made.map(({ id }) => id) });
  expect([answer.status, answer.location]).toEqual([303, '/work-list?done=10']);
  const rows = (await services.db('requests').whereIn('id', made.map(({ id }) => id)).select('state')) as { state: string }[];
  expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['confirmed']));
});

test('nothing chosen is said, nothing is done', async () => {
  const answer = await registrar.post('/work-list', { decision: 'confirm' });
  expect(answer.status).toBe(422);
  expect(answer.html).toContain('Chọn ít nhất một yêu cầu.');
});

test('of many, those that cannot be settled are named, the others are done', async () => {
  const [good, done] = [await submitted(world), await submitted(world)];
  await decideAll(world, done.id, [['registrar', 'confirm']]);
  const html = (await registrar.post('/work-list', { decision: 'confirm', chosen: [good.id, done.id, randomUUID()] })).html;
  expect(html).toContain('Đã xử lý 1 trên 3 yêu cầu.');
  expect(html).toContain('Yêu cầu không có trong phạm vi của bạn');
  // people are named, not subjects as machines write them
  for (const { officialId } of [good, done]) expect(html).toContain(((await services.db('officials').where({ id: officialId }).first('name')) as { name: string }).name);
  expect(html).not.toContain('CN=');
  expect(await services.db('requests').where({ id: good.id }).first('state')).toEqual({ state: 'confirmed' });
});

test('one operator examines, the same may not approve and is told so, another does; the certificate is there', async () => {
  const { id } = await submitted(world);
  await attachPaper(services, people.registrar, { requestId: id, kind: 'other', name: 'quyết định.pdf', bytes: await makeResultPdf() });
  await decideAll(world, id, [['registrar', 'confirm']]);
  const contentHash = async (): Promise<string> => /name="contentHash" value="([0-9a-f]{64})"/.exec((await examiner.get(`/work-list/${id}`)).html)?.[1] ?? '';
  const hash = await contentHash();
  expect((await examiner.post(`/work-list/${id}`, { decision: 'examine', reason: '', contentHash: hash })).status).toBe(303);
  const [, paperPath = ''] = /href="(\/work-list\/[^"]+\/file\/[^"]+)"/.exec((await examiner.get(`/work-list/${id}`)).html) ?? [];
  expect((await examiner.get(paperPath)).headers.get('content-type')).toBe('application/pdf');
  const own = (await examiner.get(`/work-list/${id}`)).html;
  expect(own).toContain('Bạn đã thẩm tra yêu cầu này, nên người khác phải phê duyệt.');
  expect(own).not.toContain('value="approve"');
  expect((await examiner.post(`/work-list/${id}`, { decision: 'approve', reason: '', contentHash: hash })).status).toBe(403);
  expect((await approver.post(`/work-list/${id}`, { decision: 'approve', reason: '', contentHash: hash })).status).toBe(303);
  const after = (await approver.get(`/work-list/${id}?done=yes`)).html;
  expect(after).toContain('Chứng thư đã được cấp.');
  expect(after).toContain('/certificates/');
});

test.each([
  ['without a decision', { reason: 'x' }, 'Chọn một quyết định.'], ['a return without a reason', { decision: 'return', reason: ' ' }, 'Nêu lý do để người gửi biết cần làm gì.'],
])('%s: asked again beside the field', async (_what, fields, words) => {
  const { id } = await submitted(world);
  await decideAll(world, id, [['registrar', 'confirm']]);
  const answer = await examiner.post(`/work-list/${id}`, { ...fields as Record<string, string>, contentHash: 'a'.repeat(64) });
  expect([answer.status, answer.html.includes(words)]).toEqual([422, true]);
});

test('a request that changed since it was read is not decided on', async () => {
  const { id } = await submitted(world);
  await decideAll(world, id, [['registrar', 'confirm']]);
  const answer = await examiner.post(`/work-list/${id}`, { decision: 'examine', reason: '', contentHash: 'a'.repeat(64) });
  expect([answer.status, answer.html.includes('đã thay đổi từ khi bạn mở trang')]).toEqual([409, true]);
});

test('filters stand in the address and find names without their diacritics; an unknown agency is said', async () => {
  const { id, subjectText } = await submitted(world);
  await decideAll(world, id, [['registrar', 'confirm']]);
  const name = (/CN=([^,]+)/.exec(subjectText)?.[1] ?? '').normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('đ', 'd').toLowerCase();
  expect((await examiner.get(`/work-list?step=examine&q=${encodeURIComponent(name)}`)).html).toContain(`/work-list/${id}`);
  expect((await examiner.get('/work-list?step=examine&kind=revoke')).html).not.toContain(`/work-list/${id}`);
  expect((await examiner.get('/work-list?agency=H99')).html).toContain('Không tìm thấy cơ quan nào có tên hoặc mã này.');
});

test('a registrar of another province sees neither the list nor the request', async () => {
  const { id } = await submitted(world);
  const elsewhere = visitorAt(base, await signIn(services, { kind: 'operator', id: (await actorFor(services, 'registrar', 'H55')).id }));
  expect((await elsewhere.get('/work-list?step=confirm')).html).not.toContain(`/work-list/${id}`);
  expect((await elsewhere.get(`/work-list/${id}`)).status).toBe(403);
});
