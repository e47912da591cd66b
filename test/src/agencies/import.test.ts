import fc from 'fast-check';
import { exportAgencies } from '../../../src/agencies/export.ts';
import { importAgencies, type ImportReport } from '../../../src/agencies/import.ts';
import { agencyRoutes } from '../../../src/agencies/routes.ts';
import { findAgency, findAgencyDetails } from '../../../src/agencies/store.ts';
import { parseDay, printDay } from '../../../src/agencies/import-row.ts';
import { actorFor, apiKeyFor, testApp, testServices } from '../../database.ts';
import { fieldWords } from '../../../src/field-mistakes.ts';

const services = await testServices();
const operator = await actorFor(services, 'operator');
const heading = 'code,name,certificateName,unitCode,locality,validFrom,validTo,successor,aliases';
const bring = async (text: string | Uint8Array, dryRun = false, actor = operator): Promise<ImportReport> =>
  importAgencies(services, actor, typeof text === 'string' ? Buffer.from(text) : text, { dryRun });
const agency = async (code: string) => (await findAgency(services.db, { code }))!;
const counts = async (): Promise<unknown[]> => Promise.all(['agencies', 'agency_names', 'agency_aliases', 'audit_entries'].map(async (t) => (await services.db(t).count())[0]));
afterEach(() => services.clock.advance({ minutes: 1 }));

test('what is exported changes nothing when it comes back, and a spreadsheet reads it', async () => {
  const file = Buffer.from(await exportAgencies(services)).toString('utf8');
  expect(file.startsWith(`\uFEFF${heading}\r\nG01,`)).toBe(true);
  expect(file).toContain('\r\nH02,Ủy ban nhân dân tỉnh Bắc Giang,Ủy ban nhân dân tỉnh Bắc Giang,,Bắc Giang,2020-07-22,2025-07-01,H05,000.00.00.H02\r\n');
  const before = await counts();
  const report = await bring(file);
  expect(report).toMatchObject({ added: [], renamed: [], changed: [], closed: [], refused: [], dryRun: false });
  expect(report.unchanged).toBe(report.lines);
  expect(await counts()).toEqual(before);
});

test('a dry run shows exactly what would change and changes nothing; the run does that', async () => {
  await bring(`${heading}\nH05.70,Sở cũ,,,,2024-01-01,,,\nH05.71,Sở Giao thông,,,,2024-01-01,,,`);
  services.clock.advance({ minutes: 1 });
  const file = `${heading}
H05.72.1,Phòng Một cửa,,,,2026-01-01,,,
H05.72,Sở Nội vụ,,24,,2026-01-01,,,000.00.72.H05
H05.70,Sở mới,,,,,,,
H05.71,Sở Giao thông,,,,,01/07/2026,H05.72,
H49,Ủy ban nhân dân tỉnh Quảng Ninh,,,Hạ Long,,,,
H05.73,Sở X,,,,2027-01-01,,,`;
  const before = await counts();
  const dry = await bring(file, true);
  expect(await counts()).toEqual(before);
  expect(dry).toMatchObject({
    dryRun: true, lines: 6, unchanged: 0,
    added: [{ line: 3, code: 'H05.72', name: 'Sở Nội vụ', aliases: ['000.00.72.H05'] }, { line: 2, code: 'H05.72.1' }],
    renamed: [{ line: 4, code: 'H05.70', before: { name: 'Sở cũ' }, after: { name: 'Sở mới', certificateName: 'Sở mới' } }],
    changed: [{ line: 6, code: 'H49', before: { locality: 'Quảng Ninh' }, after: { locality: 'Hạ Long' } }],
    closed: [{ line: 5, code: 'H05.71', successor: 'H05.72' }],
    refused: [{ line: 7, column: 'validFrom', message: fieldWords('in-future') }],
  });
  expect({ ...(await bring(file)), dryRun: true }).toEqual(dry);
  expect(await agency('H05.71')).toMatchObject({ path: 'H05.H05_72.H05_71', validTo: new Date('2026-06-30T17:00:00.000Z') });
  expect(await agency('000.00.72.H05')).toMatchObject({ code: 'H05.72', unitCode: '24', validFrom: new Date('2025-12-31T17:00:00.000Z') });
  const { names } = await findAgencyDetails(services.db, await agency('H05.70'));
  expect(names.map(({ name }) => name)).toEqual(['Sở mới', 'Sở cũ']);
  expect(names[1]!.validTo).toEqual(names[0]!.validFrom);
});

test.each<[string, string, string, string | null, RegExp]>([
  ['a code that is none', 'code,name', 'H5,Sở', 'code', /identifier code/],
  ['a name that a spreadsheet would run', 'code,name', 'H05.80,=cmd|calc', 'name', /formula/],
  ['a code that a spreadsheet would run', 'code,name', '@H05,Sở', 'code', /formula/],
  ['a missing name', 'code,name', 'H05.80,', 'name', /required/],
  ['control characters', 'code,name', 'H05.80,"a\u0007b"', 'name', /control/],
  ['too many cells', 'code,name', 'H05.80,Sở,x', null, /3 cells/],
  ['nothing above it', 'code,name', 'H05.81.1,Phòng', 'code', /no open agency H05.81/],
  ['a closed agency above it', 'code,name', 'H02.1,Sở', 'code', /H02 is closed/],
  ['a new name for a closed one', 'code,name', 'H02,Tỉnh khác', 'name', /keeps its name/],
  ['no such day', 'code,name,validFrom', 'H05.80,Sở,2025-02-30', 'validFrom', /no date/],
  ['a day that was another', 'code,name,validFrom', 'H05,Ủy ban nhân dân tỉnh Bắc Ninh,2019-01-01', 'validFrom', /2020-07-22/],
  ['an end before the beginning', 'code,name,validFrom,validTo', 'H05.80,Sở,2025-07-01,2025-06-30', 'validTo', /must come after/],
  ['an end to come', 'code,name,validTo', 'H49,Ủy ban nhân dân tỉnh Quảng Ninh,2030-01-01', 'validTo', /future/],
  ['a successor of what stays open', 'code,name,successor', 'H05.80,Sở,H05', 'successor', /validTo is empty/],
  ['a successor that is not there', 'code,name,validFrom,validTo,successor', 'H05.80,Sở,2025-01-01,2025-06-01,H05.999', 'successor', /no such agency/],
  ['a successor that is closed', 'code,name,validFrom,validTo,successor', 'H05.80,Sở,2025-01-01,2025-06-01,H02', 'successor', /closed/],
  ['itself as successor', 'code,name,validFrom,validTo,successor', 'H05.80,Sở,2025-01-01,2025-06-01,H05.80', 'successor', /closed/],
  ["another's spelling", 'code,name,aliases', 'H05.80,Sở,000.00.00.H49', 'aliases', /another agency/],
  ['a spelling that is none', 'code,name,aliases', 'H05.80,Sở,sở', 'aliases', /identifier codes/],
  ['a unit code that is none', 'code,name,unitCode', 'H05.80,Sở,123', 'unitCode', /2 or 5/],
  ['a name no certificate holds', 'code,name', `H05.80,${'Sở '.repeat(30)}`, 'name', /64/],
  ['a name no certificate holds, short form empty', 'code,name,certificateName', `H05.80,${'Sở '.repeat(30)},`, 'certificateName', /64/],
  ['a short form too long', 'code,name,certificateName', `H05.80,Sở,${'x'.repeat(65)}`, 'certificateName', /64/],
  ['an octet that is no UTF-8', 'code,name', 'H05.80,S\uFFFD', null, /UTF-8/],
])('%s is refused by line and column', async (_rule, columns, line, column, message) => {
  const before = await counts();
  const report = await bring(`${columns}\r\n\r\n${line}\r\n`);
  expect(report.refused).toEqual([{ line: 3, column, message: { vi: expect.any(String) as string, en: expect.stringMatching(message) as string } }]);
  expect(await counts()).toEqual(before);
});

test.each([
  ['an empty file', '', 'invalid-fields'],
  ['an unknown column', 'code,name,điện thoại', 'invalid-fields'],
  ['a column twice', 'code,name,name', 'invalid-fields'],
  ['no column for the code', 'name,locality', 'invalid-fields'],
  ['UTF-16', Buffer.from('\uFEFFcode,name', 'utf16le'), 'unsupported-format'],
  ['more lines than anyone has agencies', `code,name\n${'x,y\n'.repeat(100_001)}`, 'too-large'],
])('%s is refused as a whole', async (_rule, file, code) => {
  await expect(bring(file)).rejects.toMatchObject({ code });
});

test('one code twice, also by its other spelling: the first line counts', async () => {
  const report = await bring('code,name\nH05.82,Sở A\nH05.82,Sở B\n000.00.82.H05,Sở C\n');
  expect(report.added).toMatchObject([{ line: 2, name: 'Sở A' }]);
  expect(report.refused.map((r) => [r.line, r.column])).toEqual([[3, 'code'], [4, 'code']]);
});

test('what hangs on a refused line is refused, a closure above an open unit too', async () => {
  const report = await bring(`${heading}
H05.83,Sở,,,,2025-01-01,2025-06-01,H05.404,
H05.83.1,Phòng,,,,2025-01-01,2025-06-01,,
H05.84,Chi cục,,,,2025-01-01,2025-06-01,,
H05.84.1,Phòng,,,,2025-01-01,2025-05-01,,
H05.85,Cục,,,,2025-01-01,2025-06-01,H05.83,`);
  expect(report.refused.map(({ line, column }) => [line, column])).toEqual([[2, 'successor'], [3, 'code'], [6, 'successor']]);
  expect(report.added.map(({ code }) => code)).toEqual(['H05.84', 'H05.84.1']);
  await bring('code,name\nH05.86,Cục\nH05.86.1,Phòng');
  services.clock.advance({ days: 2 });
  const day = printDay(services.now()).slice(0, 10);
  expect(await bring(`code,name,validTo\nH05.86,Cục,${day}`)).toMatchObject({ refused: [{ line: 2, column: 'validTo', message: fieldWords('below-open', { open: 'H05.86.1' }) }] });
  expect(await bring(`code,name,validTo\nH05.86,Cục,${day}\nH05.86.1,Phòng,${day}`)).toMatchObject({ refused: [], closed: [{ code: 'H05.86.1' }, { code: 'H05.86' }] });
});

test('composed and decomposed letters are one name, stored in NFC and found either way', async () => {
  const name = 'Sở Nông nghiệp và Môi trường';
  await bring(`code,name\nH05.87,${name.normalize('NFD')}\n`);
  expect((await agency('H05.87')).name).toBe(name.normalize('NFC'));
  expect(await bring(`code,name\nH05.87,${name.normalize('NFC')}\n`)).toMatchObject({ unchanged: 1 });
  const base = await testApp(services, { endpoints: agencyRoutes });
  const headers = { authorization: `Bearer ${await apiKeyFor(services, 'registrar', 'H05')}` };
  for (const form of ['NFC', 'NFD']) {
    const found = await fetch(`${base}/api/v1/agencies?q=${encodeURIComponent(name.normalize(form))}`, { headers });
    expect(await found.json()).toMatchObject({ items: [{ code: 'H05.87' }] });
  }
});

test('text behind an apostrophe stays text, out and in again', async () => {
  await bring(`code,name\nH05.88,"'=Trung tâm, một"\n`);
  expect((await agency('H05.88')).name).toBe('=Trung tâm, một');
  const file = Buffer.from(await exportAgencies(services, 'H05.88')).toString('utf8');
  expect(file).toContain(`\r\nH05.88,"'=Trung tâm, một","'=Trung tâm, một",`);
  expect(await bring(file)).toMatchObject({ unchanged: 1, refused: [] });
});

test.each([[';'], ['\t']])('the separator %j of other spreadsheets is understood', async (separator) => {
  const code = separator === ';' ? 'H05.91' : 'H05.92';
  const report = await bring(['code', 'name', 'aliases'].join(separator) + `\r\n${code}${separator}Sở, một${separator}"000.00.${code.slice(-2)}.H05"\r\n`);
  expect(report).toMatchObject({ added: [{ name: 'Sở, một', aliases: [`000.00.${code.slice(-2)}.H05`] }], refused: [] });
});

test('who keeps one agency imports nothing for another', async () => {
  const bound = { ...operator, agencyPath: 'H05' };
  const report = await bring('code,name\nH49,Khác\nH49.1,Sở\nH05.93,Sở\n', true, bound);
  expect(report.refused).toMatchObject([{ line: 2, column: 'code' }, { line: 3, column: 'code' }]);
  expect(report.added).toMatchObject([{ code: 'H05.93' }]);
});

test('over HTTP: dry unless told, permissions, and a file that is too large', async () => {
  const base = await testApp(services, { endpoints: agencyRoutes });
  const send = async (role: 'operator' | 'registrar', text: string, fields: Record<string, string> = {}): Promise<Response> => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new Blob([text]), 'agencies.csv');
    return fetch(`${base}/api/v1/agencies/import`, { method: 'POST', headers: { authorization: `Bearer ${await apiKeyFor(services, role)}` }, body: form });
  };
  const file = 'code,name\nH05.95,Sở\n';
  expect(await (await send('operator', file)).json()).toMatchObject({ dryRun: true, added: [{ code: 'H05.95' }] });
  expect(await findAgency(services.db, { code: 'H05.95' })).toBeUndefined();
  expect((await send('registrar', file)).status).toBe(403);
  expect(await (await send('operator', file, { dryRun: 'false' })).json()).toMatchObject({ dryRun: false });
  expect((await send('operator', 'x'.repeat(16_777_217))).status).toBe(413);
  const exported = await fetch(`${base}/api/v1/agencies/export?under=H05.95`, { headers: { authorization: `Bearer ${await apiKeyFor(services, 'verifier')}` } });
  expect(exported.status).toBe(403);
  const good = await fetch(`${base}/api/v1/agencies/export?under=H05.95`, { headers: { authorization: `Bearer ${await apiKeyFor(services, 'auditor')}`, accept: 'text/csv' } });
  expect([good.headers.get('content-type'), (await good.text()).split('\r\n')[1]]).toEqual(['text/csv; charset=utf-8; header=present', expect.stringMatching(/^H05\.95,Sở,Sở,,,2026-.*Z,,,$/)]);
});

test('days are those of Việt Nam, and come back as they were', () => {
  expect(parseDay('1/7/2025')).toEqual(new Date('2025-06-30T17:00:00Z'));
  fc.assert(fc.property(fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }), (at) => {
    expect(parseDay(printDay(at))).toEqual(at);
  }));
});

test('a broken line 40,000 stops none of the good ones and is named', async () => {
  const unit = (i: number): string => `H29.${Math.floor(i / 9000) + 1}.${(i % 9000) + 1},Đơn vị số ${i}`;
  const lines = Array.from({ length: 45_000 }, (_, i) => unit(i));
  const parents = [1, 2, 3, 4, 5].map((n) => `H29.${n},Sở số ${n}`);
  const file = ['code,name', ...parents, ...lines];
  file[39_999] = '"H29.5.90"x,"hỏng';
  const report = await bring(`\uFEFF${file.join('\r\n')}\r\n`);
  expect(report.refused).toEqual([{ line: 40_000, column: null, message: fieldWords('line-text-after-quote') }]);
  expect(report.added).toHaveLength(45_004);
  expect(await agency('H29.5.9000')).toMatchObject({ name: 'Đơn vị số 44999' });
  expect(await services.db('audit_entries').whereRaw(`action = 'agency.created' and after->>'code' like 'H29.5%'`).count()).toEqual([{ count: 9_001 - 1 }]);
}, 120_000);
