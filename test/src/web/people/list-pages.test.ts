import { createAgency } from '../../../../src/agencies/create.ts';
import { changeOfficial, registerOfficial } from '../../../../src/officials/register.ts';
import { actorFor, testApp } from '../../../database.ts';
import { decideAll, submitted } from '../../requests/people.ts';
import { signedInAs, visitorAt } from '../people.ts';
import { webWorld } from '../world.ts';

const world = await webWorld();
const { services, people, officialId, certificateId, newOfficial } = world;
const base = await testApp(services);
const registrar = visitorAt(base, world.tokenOf.get('registrar'));
const auditor = visitorAt(base, world.tokenOf.get('auditor'));
const rowsOf = (html: string): string[] => [...html.matchAll(/href="\/officials\/([0-9a-f-]{36})"/g)].map(([, id]) => id ?? '');

test('who has a certificate stands there with its end, and each can be asked for', async () => {
  const { html } = await registrar.get('/people');
  expect(rowsOf(html)).toContain(officialId);
  for (const kind of ['renew', 'change', 'revoke']) expect(html).toContain(`/ask/${kind}?certificate=${certificateId}`);
});

test('whoever may not ask sees no way to', async () => {
  const { html } = await auditor.get('/people');
  expect(rowsOf(html)).toContain(officialId);
  expect(html).not.toContain('/ask/');
});

test('nobody of another agency is shown', async () => {
  const elsewhere = visitorAt(base, await signedInAs(services, 'registrar', 'H01'));
  for (const state of ['certified', 'without', 'left', 'all']) expect(rowsOf((await elsewhere.get(`/people?state=${state}`)).html)).toEqual([]);
  const asked = await elsewhere.get('/people?agency=H05');
  expect(asked.html).toContain('Cơ quan này không thuộc phạm vi của bạn.');
  expect(rowsOf(asked.html)).toEqual([]);
});

test('the next end comes first; a page of the list begins where the other ended', async () => {
  for (let i = 0; i < 27; i++) await decideAll(world, (await submitted(world)).id);
  await services.db.raw(`update certificates c set not_after = c.not_after - interval '1 day' * r.n from (select id, row_number() over (order by id) as n from certificates where official_id is not null) r where r.id = c.id`);
  const first = (await registrar.get('/people')).html;
  const next = /href="(\/people\?after=[^"]+)"/.exec(first)?.[1] ?? '';
  const shown = [...rowsOf(first), ...rowsOf((await registrar.get(next)).html)];
  const stored = (await services.db('certificates').whereNotNull('officialId').orderBy('notAfter').select('officialId')) as { officialId: string }[];
  expect(shown).toEqual(stored.map((row) => row.officialId));
});

test('what ends soon is found by the days that are left', async () => {
  await services.db('certificates').where({ id: certificateId }).update({ notAfter: new Date(services.now().getTime() + 20 * 86_400_000) });
  expect(rowsOf((await registrar.get('/people?days=30')).html)).toEqual([officialId]);
  expect((await registrar.get('/people?days=30')).html).toContain('Còn 20 ngày');
});

test('who has no certificate is asked one for; who left with a certificate is seen', async () => {
  const without = await newOfficial();
  const html = (await registrar.get('/people?state=without')).html;
  expect(rowsOf(html)).toContain(without.id);
  expect(rowsOf(html)).not.toContain(officialId);
  expect(html).toContain(`/ask/issue?official=${without.id}`);
  const { officialId: leaver } = await decideAll(world, (await submitted(world)).id);
  await changeOfficial(services, people.registrar, leaver!, { left: true });
  const left = (await registrar.get('/people?state=left')).html;
  expect(rowsOf(left)).toEqual([leaver]);
  expect(left).toContain('Đã thôi việc, chứng thư còn hiệu lực');
  expect(rowsOf((await registrar.get('/people')).html)).not.toContain(leaver);
});

test('a request that is under way takes the place of another', async () => {
  const { id, officialId: waiting } = await submitted(world);
  const html = (await registrar.get('/people?state=without')).html;
  expect(html).toContain(`/work-list/${id}`);
  expect(html).not.toContain(`/ask/issue?official=${waiting}`);
});

test('names are found without their diacritics, in a unit with all below it', async () => {
  const operator = await actorFor(services, 'operator');
  const unit = await createAgency(services, operator, { code: 'H05.7', name: 'Sở Tư pháp', certificateName: 'Sở Tư pháp' });
  const { id } = await registerOfficial(services, operator, { agencyId: unit.id, name: 'Đặng Thị Thủy', position: 'Chuyên viên', email: 'thuy.dt@bacninh.gov.vn' });
  for (const query of ['q=dang+thuy', 'q=thuy.dt%40bac', 'q=THỦY&agency=H05', 'state=without&agency=H05.7']) expect([query, rowsOf((await registrar.get(`/people?${query}`)).html)]).toEqual([query, [id]]);
  expect(rowsOf((await registrar.get('/people?q=khong+ai')).html)).toEqual([]);
  expect((await registrar.get('/people?q=khong+ai')).html).toContain('Không có ai khớp với bộ lọc');
  expect((await registrar.get('/people?agency=H999')).html).toContain('Không tìm thấy cơ quan nào có tên hoặc mã này.');
});
