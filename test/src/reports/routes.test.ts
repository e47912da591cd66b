import { randomUUID } from 'node:crypto';
import readExcelFile from 'read-excel-file/node';
import { createAgency } from '../../../src/agencies/create.ts';
import { parseCsv } from '../../../src/http/csv.ts';
import { reportKinds } from '../../../src/reports/catalogue.ts';
import { reportRoutes } from '../../../src/reports/routes.ts';
import { issueForTest, officialOrder, testActor, testAuthorities } from '../../authorities.ts';
import { apiKeyFor, testApp, testServices, type TestServices } from '../../database.ts';

const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
let services: TestServices;
let base: string;
let auditor: string;

beforeAll(async () => {
  services = await testServices();
  await testAuthorities(services);
  base = await testApp(services, { endpoints: reportRoutes });
  auditor = await apiKeyFor(services, 'auditor');
  await createAgency(services, testActor, { code: 'H05.1', name: '=cmd|\'/c calc\'!A0' });
  await createAgency(services, testActor, { code: 'H05.2', name: 'Sở "A", <b>&amp;' });
  for (const [code, path] of [['H05.1', 'H05.H05_1'], ['H05.1', 'H05.H05_1'], ['H05.2', 'H05.H05_2'], ['H26', 'H26']]) {
    const { id } = await services.db('agencies').where({ code }).first('id') as { id: string };
    await issueForTest(services, officialOrder({ holder: { agencyId: id, agencyPath: path!, officialId: randomUUID() } }));
  }
  expect(await (await fetch(`${base}/api/v1/reports/count`, { method: 'POST', headers: { authorization: `Bearer ${auditor}` } })).json()).toEqual({ countedAt: services.now().toISOString(), complete: true });
});

const get = (path: string, headers: Record<string, string> = {}, key = auditor) => fetch(`${base}/api/v1/reports${path}`, { headers: { authorization: `Bearer ${key}`, ...headers } });

test('the list names every report in both languages, with what it counts', async () => {
  const { items } = (await (await get('')).json()) as { items: { name: string; title: { vi: string; en: string }; note: { vi: string; en: string } }[] };
  expect(items.map(({ name }) => name)).toEqual(reportKinds.map(({ name }) => name));
  expect(items.every(({ title, note }) => title.vi !== title.en && note.vi.length > 40 && note.en.length > 40)).toBe(true);
});

test('JSON has columns, rows, totals, the moment and the scope', async () => {
  const answer = await get('/certificates-by-agency?agency=H05');
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    name: 'certificates-by-agency', countedAt: services.now().toISOString(), complete: true, scope: 'H05', from: null, truncated: false, totals: { code: null, officials: 3, total: 3 },
    rows: [{ code: 'H05', total: 0 }, { code: 'H05.1', name: '=cmd|\'/c calc\'!A0', officials: 2, total: 2 }, { code: 'H05.2', total: 1 }],
  });
});

test('CSV: byte order mark, CRLF, quotes doubled, formulas behind an apostrophe', async () => {
  const answer = await get('/certificates-by-agency?agency=H05', { accept: 'text/csv', 'accept-language': 'en' });
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename=certificates-by-agency.csv');
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  const lines = bytes.toString().slice(1).split('\r\n');
  expect(lines[0]).toBe('Identifier code,Agency,Officials,Seals,Services,In force,Expired,Revoked,On hold,Total');
  expect(lines).toContain('H05.1,\'=cmd|\'/c calc\'!A0,2,0,0,2,0,0,0,2');
  expect(lines).toContain('H05.2,"Sở ""A"", <b>&amp;",1,0,0,1,0,0,0,1');
  expect([...parseCsv([bytes.subarray(3)])].every((record) => 'cells' in record && record.cells.length === 10)).toBe(true);
});

test('XLSX opens with numbers as numbers, texts as texts, sums, and a sheet that says what is counted', async () => {
  const answer = await get('/certificates-by-agency?agency=H05', { accept: xlsx });
  expect(answer.headers.get('content-type')).toBe(xlsx);
  const bytes = Buffer.from(await answer.arrayBuffer());
  const sheets = await readExcelFile(bytes);
  expect(sheets.map(({ sheet }) => sheet)).toEqual(['Số liệu', 'Giải thích']);
  const [figures, about] = sheets.map(({ data }) => data);
  expect(figures![0]!.slice(0, 3)).toEqual(['Mã định danh', 'Cơ quan, tổ chức', 'Cá nhân']);
  expect(figures!.find((row) => row[0] === 'H05.1')).toEqual(['H05.1', '=cmd|\'/c calc\'!A0', 2, 0, 0, 2, 0, 0, 0, 2]);
  expect(figures!.at(-1)!.slice(0, 3)).toEqual(['Tổng cộng', null, 3]);
  expect(about!.flat().join(' ')).toContain('02/11/2026 09:00 (+07:00)');
});

test.each(reportKinds.map(({ name, chart }) => [name, chart]))('%s as a chart', async (name, chart) => {
  const answer = await get(`/${name}`, { accept: 'image/svg+xml', 'accept-language': 'en' });
  if (!chart) {
    expect([answer.status, ((await answer.json()) as { type: string }).type]).toEqual([406, 'urn:antin:problem:not-acceptable']);
    return;
  }
  expect(answer.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
  const svg = await answer.text();
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 360 \d+" role="img" aria-labelledby="title desc" lang="en"/);
  expect(svg).toContain(`<title id="title">${reportKinds.find((kind) => kind.name === name)!.title.en.replaceAll('&', '&amp;')}</title><desc id="desc">Counted at 02/11/2026 09:00 (+07:00). `);
  expect(svg).not.toMatch(/<script|<style|href|NaN|undefined|Infinity/);
});

test('a chart says its figures in words; names are escaped', async () => {
  const svg = await (await get('/certificates-by-agency?agency=H05', { accept: 'image/svg+xml' })).text();
  expect(svg).toContain('=cmd|\'/c calc\'!A0: Cá nhân 2, Cơ quan, tổ chức 0, Thiết bị, dịch vụ 0; Sở &quot;A&quot;, &lt;b&gt;&amp;amp;: Cá nhân 1,');
  expect(svg).not.toContain('<b>');
});

test.each([
  ['unknown report', '/nothing', 404], ['unknown agency', '/annual?agency=H99', 404], ['a month that is none', '/deadlines?from=2026-13', 422], ['turned round', '/deadlines?from=2026-05&to=2026-04', 422],
  ['too long', '/deadlines?from=2016-01&to=2026-01', 422], ['no such parameter', '/annual?scope=H05', 422], ['months', '/unused-officials?months=0', 422], ['rows', '/unused-officials?limit=20001', 422], ['as long as may be', '/deadlines?from=2016-02&to=2026-01', 200],
] as const)('%s: %s', async (_what, path, status) => {
  expect((await get(path)).status).toBe(status);
});

test('a registrar reads the own agency and below, who verifies reads nothing', async () => {
  const registrar = await apiKeyFor(services, 'registrar', 'H26');
  expect(((await (await get('/certificates-by-state', {}, registrar)).json()) as { totals: object }).totals).toMatchObject({ total: 1 });
  expect((await get('/certificates-by-state?agency=H05', {}, registrar)).status).toBe(403);
  expect((await get('/certificates-by-state', {}, await apiKeyFor(services, 'verifier'))).status).toBe(403);
});
