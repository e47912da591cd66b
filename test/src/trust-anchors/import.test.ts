import { sha256Fingerprint } from '../../../pki/certificate/fingerprint.ts';
import { buildCertificatesOnly } from '../../../pki/cms/certificates-only.ts';
import { toPem } from '../../../pki/keys/pem.ts';
import { makeEntity } from '../../../scripts/make-chain.ts';
import { apiKeyFor, testApp, testServices, type TestServices } from '../../database.ts';

let services: TestServices;
let base: string;
let token: string;

beforeAll(async () => {
  services = await testServices();
  base = await testApp(services);
  token = await apiKeyFor(services, 'administrator');
}, 60_000);

const newCa = (): Uint8Array => makeEntity({ subject: 'a root', ca: true }).certificate.der;

async function send(bytes: Uint8Array | string, fingerprints: string): Promise<{ status: number; body: { proposed: { fingerprint: string; confirmedAt: unknown }[]; known: string[]; left: string[]; errors?: unknown; type?: string } }> {
  const form = new FormData();
  form.set('file', new Blob([Buffer.from(bytes)]), 'roots.p7b');
  for (const [name, value] of Object.entries({ fingerprints, label: 'NEAC', domain: 'NEAC', scope: 'any' })) form.set(name, value);
  const answer = await fetch(`${base}/api/v1/trust-anchors/imports`, { method: 'POST', body: form, headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, body: await answer.json() as never };
}

test.each([
  ['PKCS#7 in DER', (ders: Uint8Array[]) => buildCertificatesOnly(ders)], ['PKCS#7 in PEM', (ders: Uint8Array[]) => toPem('PKCS7', buildCertificatesOnly(ders))],
  ['several in PEM', (ders: Uint8Array[]) => ders.map((der) => toPem('CERTIFICATE', der)).join('')],
])('%s: what is named is proposed, the rest is left and told', async (_form, make) => {
  const [a, b, c] = [newCa(), newCa(), newCa()];
  const [ofA, ofB, ofC] = [a, b, c].map(sha256Fingerprint) as [string, string, string];
  const { status, body } = await send(make([a, b, c]), `${ofA},${ofB}`);
  expect(status).toBe(201);
  expect(body.proposed.map(({ fingerprint, confirmedAt }) => [fingerprint, confirmedAt])).toEqual([[ofA, null], [ofB, null]]);
  expect(body.left).toEqual([ofC]);
  expect((await send(make([a, c]), `${ofA},${ofC}`)).body).toMatchObject({ known: [ofA], proposed: [{ fingerprint: ofC }] });
});

test('a fingerprint that is not in the file, or a person\'s, refuses all of it', async () => {
  const [a, person] = [newCa(), makeEntity({ subject: 'a person' }).certificate.der];
  const file = buildCertificatesOnly([a, person]);
  for (const wrong of ['0'.repeat(64), sha256Fingerprint(person)]) {
    expect(await send(file, `${sha256Fingerprint(a)},${wrong}`)).toMatchObject({ status: 422, body: { errors: [{ pointer: '/fingerprints' }] } });
  }
  expect((await send(file, sha256Fingerprint(a))).body.proposed).toHaveLength(1);
});

test.each([['no certificates', 'hello'], ['a broken block', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'], ['broken DER', Buffer.from([0x30, 0x03, 1, 2, 3])]])('%s', async (_case, bytes) => {
  expect(await send(bytes, '0'.repeat(64))).toMatchObject({ status: 422, body: { type: 'urn:antin:problem:document-unreadable' } });
});

test('published fingerprints are told as unconfirmed', async () => {
  const answer = await fetch(`${base}/api/v1/trust-anchors/published`, { headers: { authorization: `Bearer ${token}` } });
  const { items } = await answer.json() as { items: { confirmed: boolean }[] };
  expect(items.length).toBeGreaterThan(4);
  expect(items.every(({ confirmed }) => !confirmed)).toBe(true);
});
