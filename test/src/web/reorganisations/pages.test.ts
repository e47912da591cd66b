import { createAgency } from '../../../../src/agencies/create.ts';
import { testApp } from '../../../database.ts';
import { signIn, visitorAt, type Visitor } from '../people.ts';
import { webWorld } from '../world.ts';

const world = await webWorld();
const { services, people, officialId } = world;
const base = await testApp(services);
const [author, first, second] = [
  visitorAt(base, world.tokenOf.get('operator')), visitorAt(base, await signIn(services, { kind: 'operator', id: people.examiner.id })), visitorAt(base, await signIn(services, { kind: 'operator', id: people.approver.id })),
];
for (const code of ['H05.1', 'H05.2']) await createAgency(services, people.examiner, { code, name: `Xã ${code}` });
const plan = (change: object = {}): Record<string, string> => ({ title: 'Sáp nhập', legalBasis: 'Nghị quyết 1', what: 'rename', agencies: 'H05', into: 'Ủy ban nhân dân tỉnh Kinh Bắc', successor: '', ...change });
const hashIn = (html: string): string => /name="contentHash" value="([0-9a-f]{64})"/.exec(html)?.[1] ?? '';
const decide = async (visitor: Visitor, path: string, decision: string, reason = ''): Promise<{ status: number; html: string }> => visitor.post(path, { decision, reason, contentHash: hashIn((await visitor.get(path)).html) });

test('a plan shows each agency and certificate it touches; two others approve, its author may not', async () => {
  const drawn = await author.post('/reorganisations/new', plan());
  expect(drawn.status).toBe(303);
  const path = drawn.location!;
  const { html } = await author.get(path);
  expect(html).toContain('Ủy ban nhân dân tỉnh Kinh Bắc');
  expect(html).toContain('đổi tên');
  expect(html).toContain('đổi nội dung');
  expect((await author.get('/reorganisations')).html).toContain(path);
  const own = await decide(author, path, 'approve');
  expect([own.status, own.html.includes('<a href="#decision">Bạn đã lập hoặc đã đồng ý kế hoạch này')]).toEqual([403, true]);
  expect((await decide(first, path, 'approve')).status).toBe(303);
  expect((await decide(first, path, 'approve')).status).toBe(403);
  expect((await decide(second, path, 'refuse')).html).toContain('<a href="#reason">Nêu lý do từ chối.</a>');
  expect((await decide(second, path, 'refuse', 'chưa đúng')).status).toBe(303);
  expect((await author.get(path)).html).toContain('Đã từ chối');
  expect(await services.db('officials').where({ id: officialId }).first('agencyId')).toEqual({ agencyId: world.agencyId });
});

test.each([
  ['an agency that is not there', { agencies: 'H05.777' }, 'agencies', 'Kế hoạch này không thực hiện được.'], ['no agency', { agencies: ' ' }, 'agencies', 'Nhập mã cơ quan.'],
  ['a merger into nothing', { what: 'merge-into-existing' }, 'successor', 'Nhập mã cơ quan tiếp nhận.'], ['a new agency without a name', { what: 'merge-into-new', agencies: 'H05.1\nH05.2', into: 'H05.9' }, 'into', 'Nhập mã và tên cơ quan mới'],
  ['a merger of one', { what: 'merge-into-new', agencies: 'H05.1', into: 'H05.9 Xã Mới' }, 'agencies', 'Kế hoạch này không thực hiện được.'],
])('%s: said beside the field, nothing is drawn up', async (_what, change, field, words) => {
  const before = await services.db('reorganisations').count('* as n');
  const { status, html } = await author.post('/reorganisations/new', plan(change));
  expect([status, html.includes(`<a href="#${field}">${words}`)]).toEqual([422, true]);
  expect(await services.db('reorganisations').count('* as n')).toEqual(before);
});

test.each([
  ['a merger into a new agency', { what: 'merge-into-new', agencies: 'H05.1\r\nH05.2', into: 'H05.9 Xã Mới' }, 'được thành lập'],
  ['a merger into an existing one', { what: 'merge-into-existing', agencies: 'H05.1', successor: 'H05.2' }, 'kết thúc hoạt động'],
  ['a split', { what: 'split', agencies: 'H05.1', into: 'H05.7 Xã Bảy\nH05.8 Xã Tám' }, 'được thành lập'], ['an end', { what: 'dissolve', agencies: 'H05.1', into: '' }, 'kết thúc hoạt động'],
])('%s is previewed and can be refused', async (_what, change, words) => {
  const { location } = await author.post('/reorganisations/new', plan(change));
  const { html } = await first.get(location!);
  expect(html).toContain(words);
  expect((await decide(first, location!, 'refuse', 'thử')).status).toBe(303);
});

test('a registrar draws up none, and sees none', async () => {
  const registrar = visitorAt(base, world.tokenOf.get('registrar'));
  expect((await registrar.get('/reorganisations')).status).toBe(403);
  expect((await registrar.post('/reorganisations/new', plan())).status).toBe(403);
});
