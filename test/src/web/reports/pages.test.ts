import { reportKinds } from '../../../../src/reports/catalogue.ts';
import { testApp } from '../../../database.ts';
import { visitorAt } from '../people.ts';
import { webWorld } from '../world.ts';

const world = await webWorld();
const base = await testApp(world.services);
const auditor = visitorAt(base, world.tokenOf.get('auditor'));

test.each(reportKinds.map(({ name }) => name))('%s has its page in both languages', async (name) => {
  for (const language of ['vi', 'en'] as const) {
    const { status, html } = await auditor.get(`/reports/${name}?lang=${language}`);
    expect(status).toBe(200);
    expect(html).toContain(reportKinds.find((kind) => kind.name === name)!.title[language]);
  }
});

test('what is chosen goes along into the files, which open as what they say', async () => {
  const { html } = await auditor.get('/reports/certificates-by-month?from=2026-01&to=2026-12&lang=en');
  expect(html).toContain('href="/reports/certificates-by-month/file/csv?from=2026-01&amp;to=2026-12&amp;lang=en"');
  const token = world.tokenOf.get('auditor')!;
  const load = (format: string) => fetch(`${base}/reports/certificates-by-month/file/${format}?from=2026-01&to=2026-12`, { headers: { cookie: `antin=${token}` } });
  const [csv, xlsx, svg] = await Promise.all(['csv', 'xlsx', 'svg'].map(load));
  expect((await csv!.text()).trim().split('\n').length).toBeGreaterThanOrEqual(13);
  expect(Buffer.from(await xlsx!.arrayBuffer()).subarray(0, 2).toString()).toBe('PK');
  expect(svg!.headers.get('content-disposition')).toContain('certificates-by-month.svg');
});

test.each([['unknown', '/reports/salaries', 404], ['no format', '/reports/annual/file/exe', 404], ['turned round', '/reports/certificates-by-month?from=2026-12&to=2026-01', 422], ['no month', '/reports/certificates-by-month?from=x', 422]])('%s is refused', async (_what, path, status) => {
  expect((await auditor.get(path)).status).toBe(status);
});

test('an official has no reports', async () => {
  expect((await visitorAt(base, world.tokenOf.get('official')).get('/reports')).status).toBe(403);
});
