import { sha256Fingerprint } from '../../../../pki/certificate/fingerprint.ts';
import { makeEntity } from '../../../../scripts/make-chain.ts';
import { testApp, testServices } from '../../../database.ts';
import { makeHolder } from '../../../pki/certificates.ts';
import { signedTrustList } from '../../../trust-list.ts';
import { formTokenIn, signedInAs, visitorAt, type Visitor } from '../people.ts';

const services = await testServices();
const base = await testApp(services);
const [first, second] = [visitorAt(base, await signedInAs(services, 'administrator')), visitorAt(base, await signedInAs(services, 'administrator'))];

async function hand(visitor: Visitor, file: Uint8Array | string, fields: Record<string, string>): Promise<{ status: number; html: string; location: string | null }> {
  const body = new FormData();
  body.set('form_token', formTokenIn((await visitor.get('/account')).html));
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  body.set('file', new Blob([Buffer.from(file)]), 'tsl.xml');
  const answer = await fetch(`${base}/trust-anchors/lists/new`, { method: 'POST', redirect: 'manual', body, headers: { cookie: visitor.cookie, accept: 'text/html' } });
  return { status: answer.status, html: await answer.text(), location: answer.headers.get('location') };
}

test('a trusted list is handed in, what it would change is seen, and another person who knows its signer approves it', async () => {
  const publisher = await makeHolder({ profile: 'root-ca', name: 'Publisher' });
  const signer = sha256Fingerprint(publisher.certificate.der);
  const ca = makeEntity({ subject: 'A public authority', ca: true }).certificate;
  const xml = await signedTrustList({ services: [{ certificate: ca }] }, publisher);
  const wrong = await hand(first, xml, { domain: 'NEAC', signerFingerprint: 'abc' });
  expect([wrong.status, wrong.html.includes('<a href="#signerFingerprint">'), wrong.html.includes('value="NEAC"')]).toEqual([422, true, true]);
  const broken = await hand(first, '<x/>', { domain: 'NEAC', signerFingerprint: signer });
  expect(broken.status).toBe(422);

  const { location } = await hand(first, xml, { domain: 'NEAC', signerFingerprint: signer });
  expect(location).toMatch(/^\/trust-anchors\/lists\/[0-9a-f-]{36}$/);
  const seen = await second.get(location!);
  expect([seen.html.includes('A public authority'), seen.html.includes('thêm'), seen.html.includes(signer)]).toEqual([true, true, false]);
  expect((await first.post(`${location}/approve`, { signerFingerprint: signer })).status).toBe(403);
  const mistyped = await second.post(`${location}/approve`, { signerFingerprint: '0'.repeat(64) });
  expect([mistyped.status, mistyped.html.includes('<a href="#signerFingerprint">')]).toEqual([422, true]);
  expect((await second.post(`${location}/approve`, { signerFingerprint: signer })).location).toBe('/trust-anchors?done=approved');
  expect((await first.get('/trust-anchors?state=in-force')).html).toContain('NEAC');
  expect(await services.db('trust_anchors').where({ domain: 'NEAC' }).whereNotNull('confirmedAt')).toHaveLength(1);

  const next = await signedTrustList({ services: [{ certificate: ca }], sequenceNumber: 2 }, publisher);
  const again = await hand(first, next, { domain: 'NEAC', signerFingerprint: signer });
  expect((await second.post(`${again.location}/refuse`)).location).toBe('/trust-anchors?done=refused');
  expect((await second.get(again.location!)).html).toContain('Đã từ chối');
});
