import { makeCode } from '../../../../src/revocations/give-code.ts';
import { testApp } from '../../../database.ts';
import { decideAll, requestWorld, submitted } from '../../requests/people.ts';

const world = await requestWorld();
const { services, people } = world;
const base = await testApp(services);

async function send(fields: Record<string, string>, query = ''): Promise<{ status: number; html: string }> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const answer = await fetch(`${base}/revoke${query}`, { method: 'POST', body: form });
  return { status: answer.status, html: await answer.text() };
}

test('the form is there in two languages, with the headers of every page', async () => {
  const answer = await fetch(`${base}/revoke`);
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await answer.text()).toContain('Thu hồi chứng thư bằng mã thu hồi');
  expect(await (await fetch(`${base}/revoke?lang=en`)).text()).toContain('Revoke a certificate with its code');
});

test('a holder revokes on the page; a wrong code says so and is not shown again', async () => {
  const { newCertificateId } = await decideAll(world, (await submitted(world)).id);
  const { serialNumber, code } = await makeCode(services, people.registrar, newCertificateId!);
  const wrong = await send({ serialNumber, code: '0000-1111-2222-3333', ground: 'device-lost' });
  expect(wrong.status).toBe(403);
  expect(wrong.html).toContain('không khớp');
  expect(wrong.html).toContain(`value="${serialNumber}"`);
  expect(wrong.html).not.toContain('0000-1111');
  const done = await send({ serialNumber, code, ground: 'device-lost' }, '?lang=en');
  expect([done.status, done.html.includes('The certificate is revoked')]).toEqual([200, true]);
  expect((await send({ serialNumber, code, ground: 'device-lost' })).status).toBe(409);
});

test.each([
  ['nothing', {}], ['no code', { serialNumber: '0a', code: ' ', ground: 'device-lost' }], ['a ground that is not the holder’s', { serialNumber: '0a', code: 'x', ground: 'retired' }],
  ['a script', { serialNumber: '"><script>alert(1)</script>', code: 'x', ground: 'device-lost' }],
])('%s is asked for again', async (_what, fields) => {
  const { status, html } = await send(fields as Record<string, string>);
  expect(status).toBe(422);
  expect(html).toContain('Vui lòng kiểm tra lại');
  expect(html).not.toContain('<script>alert');
});
