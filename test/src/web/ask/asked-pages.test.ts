import { makeResultPdf } from '../../../../scripts/make-result-pdf.ts';
import { testApp } from '../../../database.ts';
import { submitted } from '../../requests/people.ts';
import { formTokenIn, signIn, signedInAs, visitorAt } from '../people.ts';
import { webWorld } from '../world.ts';

const world = await webWorld();
const { services, people } = world;
const base = await testApp(services);
const registrar = visitorAt(base, await signIn(services, { kind: 'operator', id: people.registrar.id }));

async function send(path: string, fields: Record<string, string>, file?: readonly [field: string, bytes: Uint8Array]): Promise<{ status: number; html: string; location: string | null }> {
  const body = new FormData();
  body.set('form_token', formTokenIn((await registrar.get('/account')).html));
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  if (file) body.set(file[0], new Blob([Buffer.from(file[1])]), 'quyết định.pdf');
  const answer = await fetch(base + path, { method: 'POST', redirect: 'manual', body, headers: { cookie: registrar.cookie, accept: 'text/html' } });
  return { status: answer.status, html: await answer.text(), location: answer.headers.get('location') };
}

test('papers follow a request; what is none is said beside the field', async () => {
  const { id } = await submitted(world);
  const taken = await send(`/asked/${id}/papers`, { paperKind: 'appointment-decision' }, ['file', await makeResultPdf()]);
  expect(taken.location).toBe(`/asked/${id}?papers=taken`);
  expect((await registrar.get(taken.location!)).html).toContain('quyết định.pdf');
  expect((await send(`/asked/${id}/papers`, {}, ['file', await makeResultPdf()])).html).toContain('<a href="#paperKind">Chọn loại giấy tờ.</a>');
  expect((await send(`/asked/${id}/papers`, { paperKind: 'other' })).html).toContain('<a href="#file">Chọn tệp PDF.</a>');
});

test('only the very form, signed, confirms a request', async () => {
  const { id } = await submitted(world);
  expect((await registrar.get(`/asked/${id}/file/form`)).headers.get('content-type')).toBe('application/pdf');
  const answer = await send(`/asked/${id}/form`, {}, ['form', await makeResultPdf()]);
  expect([answer.status, answer.html.includes('<a href="#form">Chữ ký trên mẫu không dùng được')]).toEqual([422, true]);
  expect(await services.db('requests').where({ id }).first('state')).toEqual({ state: 'draft' });
});

test('nobody of another agency sees the request or its form', async () => {
  const { id } = await submitted(world);
  const elsewhere = visitorAt(base, await signedInAs(services, 'registrar', 'H01'));
  expect((await elsewhere.get(`/asked/${id}`)).status).toBe(403);
  expect((await elsewhere.get(`/asked/${id}/file/form`)).status).toBe(403);
});
