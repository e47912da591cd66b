import { sha256Fingerprint } from '../../../pki/certificate/fingerprint.ts';
import type { Certificate } from '../../../pki/certificate/parse.ts';
import { makeEntity } from '../../../scripts/make-chain.ts';
import { trustAnchorsInForce } from '../../../src/trust-anchors/find.ts';
import { approveTrustList, refuseTrustList } from '../../../src/trust-lists/decide.ts';
import { previewTrustList, proposeTrustList, type NewTrustList } from '../../../src/trust-lists/propose.ts';
import type { Actor } from '../../../src/services.ts';
import { apiKeyFor, personFor, testApp, testServices, type TestServices } from '../../database.ts';
import { makeHolder, type Holder } from '../../pki/certificates.ts';
import { signedTrustList, type ListWish } from '../../trust-list.ts';
import { trustForTest } from '../../trust.ts';
import { toPem } from '../../../pki/keys/pem.ts';

let services: TestServices;
let first: Actor;
let second: Actor;
let publisher: Holder;
let count = 0;

beforeAll(async () => {
  services = await testServices();
  [first, second] = [(await personFor(services, 'administrator')).actor, (await personFor(services, 'administrator')).actor];
  publisher = await makeHolder({ profile: 'root-ca', name: 'Publisher' });
}, 60_000);

const pinOf = (holder: Holder): string => sha256Fingerprint(holder.certificate.der);
const newCa = (): Certificate => makeEntity({ subject: `Public CA ${++count}`, ca: true }).certificate;
const newDomain = (): string => `NEAC ${++count}`;

async function listOf(domain: string, wish: ListWish, by = publisher): Promise<NewTrustList> {
  return { xml: await signedTrustList(wish, by), domain, signerFingerprint: pinOf(by) };
}

async function approved(domain: string, wish: ListWish): Promise<string[]> {
  const { list } = await proposeTrustList(services, first, await listOf(domain, wish));
  const { changes } = await approveTrustList(services, second, { id: list.id, signerFingerprint: pinOf(publisher) });
  return changes.map(({ kind }) => kind);
}

const line = (...parts: (string | undefined)[]): string => parts.filter(Boolean).join(' ');

async function anchorsOf(domain: string): Promise<string[]> {
  return (await trustAnchorsInForce(services)).filter((row) => row.domain === domain)
    .map(({ fingerprint, scope, trustedFrom, trustedUntil }) => line(Buffer.from(fingerprint).toString('hex'), scope, trustedFrom.toISOString().slice(0, 10), trustedUntil?.toISOString().slice(0, 10))).toSorted();
}

test('a list counts for nothing until a second person has approved it; then its services are anchors with their dates', async () => {
  const [domain, ca, tsa] = [newDomain(), newCa(), newCa()];
  const services12 = [{ certificate: ca }, { certificate: tsa, type: 'TSA/QTST', status: 'withdrawn', since: '2025-06-01T00:00:00Z', history: [{ status: 'granted', since: '2021-01-01T00:00:00Z' }] }];
  const { list, preview } = await proposeTrustList(services, first, await listOf(domain, { services: services12 }));
  expect(preview).toMatchObject({ sequenceNumber: 1, warnings: [], changes: [{ kind: 'add', before: null }, { kind: 'add', before: null }] });
  expect(await anchorsOf(domain)).toEqual([]);
  await expect(approveTrustList(services, first, { id: list.id, signerFingerprint: pinOf(publisher) })).rejects.toMatchObject({ code: 'own-request' });
  await expect(approveTrustList(services, second, { id: list.id, signerFingerprint: '0'.repeat(64) })).rejects.toMatchObject({ code: 'invalid-fields' });
  await approveTrustList(services, second, { id: list.id, signerFingerprint: pinOf(publisher) });
  expect(await anchorsOf(domain)).toEqual([
    line(sha256Fingerprint(ca.der), 'signing', '2020-01-01'), line(sha256Fingerprint(tsa.der), 'timestamping', '2021-01-01', '2025-06-01'),
  ].toSorted());
  await expect(approveTrustList(services, second, { id: list.id, signerFingerprint: pinOf(publisher) })).rejects.toMatchObject({ code: 'state-changed' });
  expect(await services.db('audit_entries').where({ subjectId: list.id }).orderBy('sequence').pluck('action')).toEqual(['trust-list.proposed', 'trust-list.approved']);
});

test('the next list changes, ends and adds; the preview says so and changes nothing', async () => {
  const [domain, kept, withdrawn, gone, fresh] = [newDomain(), newCa(), newCa(), newCa(), newCa()];
  expect(await approved(domain, { services: [kept, withdrawn, gone].map((certificate) => ({ certificate })) })).toEqual(['add', 'add', 'add']);
  const next: ListWish = {
    sequenceNumber: 2, issuedAt: '2026-10-20T00:00:00Z', services: [
      { certificate: kept }, { certificate: withdrawn, status: 'withdrawn', since: '2026-10-10T00:00:00Z', history: [{ status: 'granted', since: '2020-01-01T00:00:00Z' }] }, { certificate: fresh },
    ],
  };
  const before = await anchorsOf(domain);
  expect((await previewTrustList(services, await listOf(domain, next))).changes.map(({ kind }) => kind).toSorted()).toEqual(['add', 'change', 'end']);
  expect(await anchorsOf(domain)).toEqual(before);
  await approved(domain, next);
  expect(await anchorsOf(domain)).toEqual([
    line(sha256Fingerprint(kept.der), 'signing', '2020-01-01'), line(sha256Fingerprint(withdrawn.der), 'signing', '2020-01-01', '2026-10-10'),
    line(sha256Fingerprint(gone.der), 'signing', '2020-01-01', '2026-10-20'), line(sha256Fingerprint(fresh.der), 'signing', '2020-01-01'),
  ].toSorted());
});

test('an old list is refused, also when it waited while a newer one was approved', async () => {
  const domain = newDomain();
  const waiting = await proposeTrustList(services, first, await listOf(domain, { sequenceNumber: 4 }));
  await approved(domain, { sequenceNumber: 5 });
  await expect(proposeTrustList(services, first, await listOf(domain, { sequenceNumber: 5 }))).rejects.toMatchObject({ code: 'invalid-fields' });
  await expect(approveTrustList(services, second, { id: waiting.list.id, signerFingerprint: pinOf(publisher) })).rejects.toMatchObject({ code: 'invalid-fields' });
  expect((await refuseTrustList(services, first, waiting.list.id)).approved).toBe(false);
  await expect(refuseTrustList(services, first, waiting.list.id)).rejects.toMatchObject({ code: 'state-changed' });
});

test('two lists of one number approved at once: one of them counts', async () => {
  const domain = newDomain();
  const lists = await Promise.all([1, 1].map(async () => (await proposeTrustList(services, first, await listOf(domain, { services: [{ certificate: newCa() }] }))).list));
  const outcomes = await Promise.allSettled(lists.map(({ id }) => approveTrustList(services, second, { id, signerFingerprint: pinOf(publisher) })));
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

test('warnings: a list past its time, a closed one, one from another signer', async () => {
  const domain = newDomain();
  await approved(domain, {});
  const another = await makeHolder({ profile: 'root-ca', name: 'Another', kind: 'p384' });
  const preview = async (wish: ListWish, by?: Holder): Promise<string[]> => (await previewTrustList(services, await listOf(domain, { sequenceNumber: 9, ...wish }, by))).warnings;
  expect(await preview({ nextUpdate: '2026-10-31T00:00:00Z' })).toEqual(['next-update-passed']);
  expect(await preview({ nextUpdate: null })).toEqual(['list-closed']);
  expect(await preview({ issuedAt: '2026-12-01T00:00:00Z' })).toEqual(['issued-in-the-future']);
  expect(await preview({}, another)).toEqual(['signer-changed']);
});

test('an anchor that people pinned is theirs: a list leaves it alone', async () => {
  const [domain, ca] = [newDomain(), newCa()];
  await trustForTest(services, { certificate: toPem('CERTIFICATE', ca.der), fingerprint: sha256Fingerprint(ca.der), label: 'by hand', domain, scope: 'any' });
  const before = await anchorsOf(domain);
  const wish: ListWish = { services: [{ certificate: ca, status: 'withdrawn', since: '2021-01-01T00:00:00Z', history: [{ status: 'granted', since: '2020-01-01T00:00:00Z' }] }] };
  expect((await previewTrustList(services, await listOf(domain, wish))).changes.map(({ kind }) => kind)).toEqual(['keep-pinned']);
  expect(await approved(domain, wish)).toEqual([]);
  expect(await anchorsOf(domain)).toEqual(before);
});

test('over HTTP: seen, proposed, approved by another, refused where it is broken', async () => {
  const base = await testApp(services);
  const [one, two] = [await apiKeyFor(services, 'administrator'), await apiKeyFor(services, 'administrator')];
  const send = async (path: string, token: string, xml: Uint8Array): Promise<Response> => {
    const form = new FormData();
    form.set('file', new Blob([Buffer.from(xml)]), 'tl.xml');
    form.set('domain', 'NEAC');
    form.set('signerFingerprint', pinOf(publisher));
    return fetch(`${base}/api/v1/trust-lists${path}`, { method: 'POST', body: form, headers: { authorization: `Bearer ${token}` } });
  };
  const xml = await signedTrustList({ services: [{ certificate: newCa() }] }, publisher);
  expect(await (await send('/preview', one, xml)).json()).toMatchObject({ changes: [{ kind: 'add' }] });
  const made = await send('', one, xml);
  expect(made.status).toBe(201);
  const { id } = await made.json() as { id: string };
  const approval = await fetch(`${base}/api/v1/trust-lists/${id}/approval`, {
    method: 'POST', body: JSON.stringify({ signerFingerprint: pinOf(publisher) }), headers: { authorization: `Bearer ${two}`, 'content-type': 'application/json' },
  });
  expect(await approval.json()).toMatchObject({ state: 'approved', changes: [{ kind: 'add' }] });
  const broken = await send('/preview', one, Buffer.from('<a/>'));
  expect([broken.status, await broken.json()]).toMatchObject([422, { type: 'urn:antin:problem:document-unreadable', reason: 'trust-list-signer-unknown' }]);
});
