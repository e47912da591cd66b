import { createAgency } from '../../../src/agencies/create.ts';
import { decideRequest } from '../../../src/requests/decide.ts';
import { amendRequest } from '../../../src/requests/submit.ts';
import { exportWorkbook } from '../../../src/workbook/export.ts';
import { readWorkbook } from '../../../src/workbook/read.ts';
import { submitWorkbook } from '../../../src/workbook/submit.ts';
import type { WorkbookRow } from '../../../src/workbook/check-row.ts';
import { actorFor, apiKeyFor, testApp } from '../../database.ts';
import { csrFor, decideAll, requestWorld } from '../requests/people.ts';
import { csv, row, today, xlsx } from './rows.ts';

const world = await requestWorld();
const { services, people } = world;
const top = 'Ủy ban nhân dân tỉnh Bắc Ninh';
let count = 0;
/** Someone new each time. */
const person = (change: Partial<WorkbookRow> = {}): WorkbookRow => {
  count += 1;
  return row({ name: `Lê Văn ${'Tư'.repeat(count)}`, nationalId: `0270850${String(count).padStart(5, '0')}`, email: `tu${count}@bacninh.gov.vn`, ...change });
};
const submit = async (rows: readonly WorkbookRow[], dryRun = false) => submitWorkbook(services, people.registrar, await xlsx(rows), dryRun);
const counted = async (): Promise<number[]> => Promise.all(['officials', 'requests'].map(async (table) => Number((await services.db(table).count('id as n').first())?.n)));

beforeAll(async () => {
  for (const [code, name] of [['H05.1', 'Sở Nội vụ'], ['H05.2', 'Sở Y tế'], ['H05.1.1', 'Văn phòng'], ['H05.2.1', 'Văn phòng']] as const) {
    await createAgency(services, people.examiner, { code, name });
  }
});

test('a dry run says what would happen and changes nothing', async () => {
  const before = await counted();
  const { dryRun, rows, mistakes } = await submit([person(), person({ levels: [top, 'Sở Nội vụ'] })], true);
  expect({ dryRun, mistakes, outcomes: rows.map(({ outcome, official, agencyCode }) => [outcome, official, agencyCode]) })
    .toEqual({ dryRun: true, mistakes: [], outcomes: [['ready', 'new', 'H05'], ['ready', 'new', 'H05.1']] });
  expect(await counted()).toEqual(before);
});

test('people are entered and get drafts, which are confirmed once they have their key', async () => {
  const { rows } = await submit([person({ device: 'SIM', carrier: 'Viettel', ported: true }), person()]);
  expect(rows.map(({ outcome }) => outcome)).toEqual(['submitted', 'submitted']);
  const id = rows[0]!.requestId!;
  expect(await services.db('requests').where({ id }).first('state', 'device', 'csr', 'note')).toMatchObject({ state: 'draft', device: 'SIM', csr: null, note: 'Nhà mạng: Viettel; Chuyển số; Số thuê bao: …678' });
  await expect(decideRequest(services, { requestId: id, decision: 'confirm', actor: people.registrar }))
    .rejects.toMatchObject({ code: 'invalid-fields', facts: { errors: [expect.objectContaining({ pointer: '/csr' })] } });
  await amendRequest(services, people.registrar, id, { csr: await csrFor() });
  expect((await decideAll(world, id)).state).toBe('issued');
});

test('the same file again makes nothing twice', async () => {
  const list = [person(), person()];
  const first = await submit(list);
  const before = await counted();
  const again = await submit(list);
  expect(again.rows.map(({ requestId }) => requestId)).toEqual(first.rows.map(({ requestId }) => requestId));
  expect(again.rows.every(({ official }) => official === 'known')).toBe(true);
  expect(await counted()).toEqual(before);
});

test('an old certificate is named only with the person it belongs to', async () => {
  const [one, other] = [person(), person()];
  const [submitted] = (await submit([one])).rows;
  await amendRequest(services, people.registrar, submitted!.requestId!, { csr: await csrFor() });
  const { newCertificateId } = await decideAll(world, submitted!.requestId!);
  const { serialNumber } = await services.db('certificates').where({ id: newCertificateId }).first('serialNumber') as { serialNumber: Buffer };
  const oldSerial = serialNumber.toString('hex');
  const { rows, mistakes } = await submit([{ ...one, oldSerial }, { ...other, oldSerial }]);
  expect(rows).toMatchObject([{ outcome: 'submitted', official: 'known' }]);
  expect(mistakes).toEqual([{ row: 3, column: 'P', header: 'Serial CTS cũ', code: 'certificate-unknown' }]);
});

test.each<[string, () => Partial<WorkbookRow>, string, string]>([
  ['an agency that is not there', () => ({ levels: [top, 'Sở Không Có'] }), 'I', 'agency-unknown'],
  ['an agency of another province', () => ({ levels: ['Ủy ban nhân dân tỉnh Quảng Trị'] }), 'H', 'agency-unknown'],
  ['a name that two agencies have', () => ({ levels: [top, 'Văn phòng'] }), 'I', 'agency-ambiguous'],
  ['an e-mail of another', () => ({ email: 'tu1@hanoi.gov.vn' }), 'G', 'email-of-another'],
])('%s is a mistake of its cell', async (_what, change, column, code) => {
  await world.newOfficial({ email: 'tu1@hanoi.gov.vn' }).catch(() => undefined);
  const { rows, mistakes } = await submit([person(change()), person()]);
  expect(mistakes).toEqual([expect.objectContaining({ row: 2, column, code })]);
  expect(rows).toMatchObject([{ row: 3, outcome: 'submitted' }]);
});

test('a level above tells two of one name apart', async () => {
  const { rows } = await submit([person({ levels: [top, 'Sở Y tế', 'Văn phòng'] }), person({ levels: [top.toUpperCase(), 'SỞ NỘI VỤ', 'văn  phòng'] })], true);
  expect(rows.map(({ agencyCode }) => agencyCode)).toEqual(['H05.2.1', 'H05.1.1']);
});

test('a person of another agency is named, and that somebody learned it is recorded', async () => {
  const one = person({ levels: [top, 'Sở Nội vụ'] });
  await submit([one]);
  const { mistakes } = await submit([{ ...one, levels: [top, 'Sở Y tế'] }], true);
  expect(mistakes).toEqual([{ row: 2, column: 'D', header: 'CCCD', code: 'person-elsewhere' }]);
  expect(await services.db('audit_entries').where({ action: 'official.conflict-shown' })).toHaveLength(1);
});

test('a number that is registered under another name is named', async () => {
  const one = person();
  await submit([one]);
  expect((await submit([{ ...one, name: 'Người Khác' }], true)).mistakes).toEqual([{ row: 2, column: 'B', header: 'Họ tên', code: 'name-differs' }]);
});

test('what comes out goes in again, and who took it out is recorded', async () => {
  const bytes = await exportWorkbook(services, people.registrar, { state: 'draft', under: undefined, purpose: 'chuyển VGCA' });
  const { rows, mistakes } = await readWorkbook(bytes, today);
  // the day of issue of an identity card is not kept
  expect(new Set(mistakes.map(({ code, column }) => `${column} ${code}`))).toEqual(new Set(['F missing']));
  expect(rows).toEqual([]);
  expect(mistakes.length).toBeGreaterThan(3);
  expect(await services.db('audit_entries').where({ action: 'official.personal-data-shown' })).toHaveLength(mistakes.length);
  const stranger = await actorFor(services, 'registrar', 'H50');
  expect((await readWorkbook(await exportWorkbook(services, stranger, { state: 'draft', under: undefined, purpose: 'xem' }), today)).mistakes).toMatchObject([{ code: 'no-rows' }]);
});

test('over HTTP: checked unless told otherwise, with words in both languages', async () => {
  const base = await testApp(services);
  const token = await apiKeyFor(services, 'registrar', 'H05');
  const form = new FormData();
  form.set('file', new Blob([csv([person()], { nationalId: '123' }) as Uint8Array<ArrayBuffer>]), 'danh-sach.csv');
  const answer = await fetch(`${base}/api/v1/requests/workbook`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: form });
  expect(await answer.json()).toEqual({
    dryRun: true, rows: [],
    mistakes: [{ row: 2, column: 'D', header: 'CCCD', code: 'national-id', text: { vi: 'phải có đúng 12 chữ số', en: 'must have exactly 12 digits' } }],
  });
  const reveal = await fetch(`${base}/api/v1/requests/workbook?purpose=chuyển`, { headers: { authorization: `Bearer ${token}` } });
  expect([reveal.status, reveal.headers.get('content-type')]).toEqual([200, 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet']);
});
