import { testApp } from '../../../database.ts';
import { visitorAt } from '../people.ts';
import { webWorld } from '../world.ts';

const world = await webWorld();
const base = await testApp(world.services);
const open = (name: 'operator' | 'registrar' | 'auditor', path: string) => visitorAt(base, world.tokenOf.get(name)).get(path);

test('an operator sees the country with its provinces and the machinery; a registrar the own agency without it', async () => {
  const all = await open('operator', '/dashboard?lang=vi');
  const own = await open('registrar', '/dashboard?lang=vi');
  expect([all.status, own.status]).toEqual([200, 200]);
  expect(all.html).toContain('1 chứng thư còn hiệu lực; 0 đã hết hạn, 0 đã thu hồi, 0 đang tạm dừng.');
  expect(all.html).toMatch(/Cao Bằng<\/text>/);
  expect(all.html).toContain('Danh sách thu hồi (CRL)');
  expect(own.html).not.toContain('Danh sách thu hồi (CRL)');
  expect(own.html).not.toMatch(/Cao Bằng<\/text>/);
});

test('narrowed to an agency by its address; where nothing is, a sentence says so', async () => {
  const { html, status } = await open('auditor', '/dashboard?agency=H14&lang=en');
  expect(status).toBe(200);
  expect(html).toContain('Nothing to show yet');
  expect(html).toContain('value="H14"');
});

test('another agency is not shown to a registrar, and an unknown one is not there', async () => {
  expect((await open('registrar', '/dashboard?agency=H26')).status).toBe(403);
  expect((await open('operator', '/dashboard?agency=H99999')).status).toBe(404);
});

test('figures are of the last count, and the button counts again', async () => {
  const { services } = world;
  const auditor = visitorAt(base, world.tokenOf.get('auditor'));
  const ask = async (): Promise<string> => /Figures of ([^<]+),/.exec((await auditor.get('/dashboard?agency=H05&lang=en')).html)?.[1] ?? '';
  const first = await ask();
  services.clock.advance({ minutes: 5 });
  expect(await ask()).toBe(first);
  expect(await auditor.post('/reports/count', { back: '/dashboard?agency=H05' })).toMatchObject({ status: 303, location: '/dashboard?agency=H05' });
  expect(await ask()).not.toBe(first);
  expect(await auditor.post('/reports/count', { back: 'https://elsewhere.example/' })).toMatchObject({ status: 303, location: '/' });
});
