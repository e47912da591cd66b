import { sha256Fingerprint } from '../../../../pki/certificate/fingerprint.ts';
import { toPem } from '../../../../pki/keys/pem.ts';
import { makeEntity } from '../../../../scripts/make-chain.ts';
import { trustAnchorsInForce } from '../../../../src/trust-anchors/find.ts';
import { testApp, testServices } from '../../../database.ts';
import { formTokenIn, signedInAs, visitorAt, type Visitor } from '../people.ts';

const services = await testServices();
const base = await testApp(services);
const [first, second] = [visitorAt(base, await signedInAs(services, 'administrator')), visitorAt(base, await signedInAs(services, 'administrator'))];
let count = 0;

/** Sends a file in a form. */
async function upload(visitor: Visitor, path: string, file: Uint8Array | string | undefined, fields: Record<string, string> = {}): Promise<{ status: number; html: string; location: string | null }> {
  const body = new FormData();
  body.set('form_token', formTokenIn((await visitor.get('/account')).html));
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  if (file !== undefined) body.set('file', new Blob([Buffer.from(file)]), 'tep');
  const answer = await fetch(base + path, { method: 'POST', redirect: 'manual', body, headers: { cookie: visitor.cookie, accept: 'text/html' } });
  return { status: answer.status, html: await answer.text(), location: answer.headers.get('location') };
}

function newCa(): { pem: string; fingerprint: string; name: string } {
  const name = `Root of a partner ${++count}`;
  const { der } = makeEntity({ subject: name, ca: true }).certificate;
  return { pem: toPem('CERTIFICATE', der), fingerprint: sha256Fingerprint(der), name };
}

const printed = (fingerprint: string): string => fingerprint.toUpperCase().replaceAll(/..(?=.)/g, '$&:');
const fileIn = (html: string): string => /name="file" value="([^"]+)"/.exec(html)?.[1] ?? '';

async function proposed(): Promise<{ id: string; fingerprint: string }> {
  const { pem, fingerprint } = newCa();
  const preview = await upload(first, '/trust-anchors/new', pem);
  const label = `Đối tác ${count}`;
  await first.post('/trust-anchors/proposals', { file: fileIn(preview.html), fingerprints: printed(fingerprint), label, domain: 'NEAC', scope: 'signing' });
  const { id } = (await services.db('trust_anchors').where({ label }).first('id')) as { id: string };
  return { id, fingerprint };
}

const isTrusted = async (id: string): Promise<boolean> => (await trustAnchorsInForce(services)).some((row) => row.id === id);

test('a file is looked at, one certificate of it proposed by its fingerprint, and trusted once another person knows it too', async () => {
  const [wanted, other] = [newCa(), newCa()];
  const preview = await upload(first, '/trust-anchors/new', wanted.pem + other.pem);
  expect(preview.html).toContain(wanted.name);
  expect(preview.html).toContain(other.name);
  // who took it from the page would have compared nothing
  expect(preview.html.toLowerCase()).not.toContain(wanted.fingerprint);
  const form = { file: fileIn(preview.html), label: 'CA gốc đối tác', domain: 'NEAC', scope: 'any' };
  const wrong = await first.post('/trust-anchors/proposals', { ...form, fingerprints: '0'.repeat(64) });
  expect([wrong.status, wrong.html.includes('<a href="#fingerprints">'), wrong.html.includes('value="CA gốc đối tác"'), wrong.html.includes(wanted.name)]).toEqual([422, true, true, true]);
  expect((await first.post('/trust-anchors/proposals', { ...form, fingerprints: printed(wanted.fingerprint) })).location).toBe('/trust-anchors?done=proposed');
  expect((await first.post('/trust-anchors/proposals', { ...form, fingerprints: printed(wanted.fingerprint) })).location).toBe('/trust-anchors?done=known');
  const { id } = (await services.db('trust_anchors').where({ label: form.label }).first('id')) as { id: string };

  const own = await first.post(`/trust-anchors/${id}/approve`, { fingerprint: wanted.fingerprint });
  expect([own.status, own.html.includes('Người khác phải phê duyệt')]).toEqual([403, true]);
  const page = await second.get(`/trust-anchors/${id}`);
  expect([page.html.includes('Người thử administrator'), page.html.includes(wanted.fingerprint)]).toEqual([true, false]);
  const mistyped = await second.post(`/trust-anchors/${id}/approve`, { fingerprint: other.fingerprint });
  expect([mistyped.status, mistyped.html.includes('<a href="#fingerprint">'), await isTrusted(id)]).toEqual([422, true, false]);
  expect((await second.post(`/trust-anchors/${id}/approve`, { fingerprint: printed(wanted.fingerprint) })).location).toBe(`/trust-anchors/${id}?done=approved`);
  expect(await isTrusted(id)).toBe(true);
  expect((await first.get(`/trust-anchors/${id}`)).html).toContain(wanted.fingerprint);
});

test('withdrawing takes two; what was only proposed is taken back by one', async () => {
  const { id, fingerprint } = await proposed();
  await second.post(`/trust-anchors/${id}/approve`, { fingerprint });
  expect((await first.post(`/trust-anchors/${id}/withdraw`, { reason: '' })).html).toContain('<a href="#reason">');
  expect((await first.post(`/trust-anchors/${id}/withdraw`, { reason: 'Khóa bị lộ' })).location).toBe(`/trust-anchors/${id}?done=withdrawing`);
  expect((await first.post(`/trust-anchors/${id}/withdrawal`, { decision: 'approve' })).status).toBe(403);
  expect(await isTrusted(id)).toBe(true);
  expect((await first.get('/trust-anchors?state=waiting')).html).toContain(`href="/trust-anchors/${id}"`);
  expect((await second.post(`/trust-anchors/${id}/withdrawal`, { decision: 'refuse' })).location).toBe(`/trust-anchors/${id}?done=kept`);
  await first.post(`/trust-anchors/${id}/withdraw`, { reason: 'Khóa bị lộ' });
  expect((await second.post(`/trust-anchors/${id}/withdrawal`, { decision: 'approve' })).location).toBe(`/trust-anchors/${id}?done=withdrawn`);
  expect(await isTrusted(id)).toBe(false);

  const early = await proposed();
  expect((await first.post(`/trust-anchors/${early.id}/withdraw`, { reason: 'Nhầm tệp' })).location).toBe(`/trust-anchors/${early.id}?done=withdrawn`);
});

test.each([['no file', undefined], ['an empty file', ''], ['a file of something else', '%PDF-1.7'], ['broken DER', new Uint8Array([0x30, 0x82, 0xff])]])('%s: said beside the field', async (_what, file) => {
  const { status, html } = await upload(first, '/trust-anchors/new', file);
  expect([status, html.includes('<a href="#file">')]).toEqual([422, true]);
});

test('whoever may only read changes nothing', async () => {
  const { id } = await proposed();
  const operator = visitorAt(base, await signedInAs(services, 'operator'));
  const page = await operator.get(`/trust-anchors/${id}`);
  expect([page.status, page.html.includes('/approve"')]).toEqual([200, false]);
  expect((await operator.get('/trust-anchors/new')).status).toBe(403);
  expect((await operator.post(`/trust-anchors/${id}/withdraw`, { reason: 'x' })).status).toBe(403);
});
