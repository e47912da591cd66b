import { testApp } from '../../../database.ts';
import { signIn, signedInAs, visitorAt } from '../people.ts';
import { webWorld } from '../world.ts';

const world = await webWorld();
const { services, people } = world;
const base = await testApp(services);
const registrar = visitorAt(base, await signIn(services, { kind: 'operator', id: people.registrar.id }));
const addressIn = (html: string): string => /(\/api\/v1\/agencies\/[0-9a-f-]{36}\/expiries\.ics\?token=[\w-]+)/.exec(html)?.[1] ?? '';

test('an address is made, shown once, opens a calendar and ends when it is withdrawn', async () => {
  const made = (await registrar.post('/calendar', { label: 'Outlook văn phòng', agency: 'H05' })).html;
  const address = addressIn(made);
  expect(await (await fetch(base + address)).text()).toContain('BEGIN:VCALENDAR');
  const listed = (await registrar.get('/calendar')).html;
  expect(listed).toContain('Outlook văn phòng');
  expect(addressIn(listed)).toBe('');
  const [, withdraw = ''] = /action="(\/calendar\/[0-9a-f-]{36}\/withdraw)"/.exec(listed) ?? [];
  expect((await registrar.post(withdraw)).location).toBe('/calendar');
  expect((await fetch(base + address)).status).toBe(404);
  expect((await registrar.get('/calendar')).html).toContain('Đã hủy');
});

test('none is made for an agency of others, or without a name', async () => {
  expect((await registrar.post('/calendar', { label: 'x', agency: 'H01' })).html).toContain('<a href="#agency">Cơ quan này không thuộc phạm vi của bạn.</a>');
  expect((await registrar.post('/calendar', { label: ' ', agency: 'H05' })).html).toContain('<a href="#label">Đặt tên cho lịch.</a>');
  const elsewhere = visitorAt(base, await signedInAs(services, 'registrar', 'H01'));
  await registrar.post('/calendar', { label: 'riêng của H05', agency: 'H05' });
  expect((await elsewhere.get('/calendar')).html).not.toContain('riêng của H05');
});
