import { sha256Fingerprint } from '../../../pki/certificate/fingerprint.ts';
import type { Certificate } from '../../../pki/certificate/parse.ts';
import { makeEntity } from '../../../scripts/make-chain.ts';
import type { Actor } from '../../../src/services.ts';
import { trustAnchorsInForce } from '../../../src/trust-anchors/find.ts';
import { approveTrustList, refuseTrustList } from '../../../src/trust-lists/decide.ts';
import { newestTrustLists, overdueTrustLists, type TrustListRow } from '../../../src/trust-lists/find.ts';
import { proposeTrustList } from '../../../src/trust-lists/propose.ts';
import { refreshTrustLists } from '../../../src/trust-lists/refresh.ts';
import { personFor, testServices, type TestServices } from '../../database.ts';
import { EvidenceServer } from '../../evidence-server.ts';
import { makeHolder, type Holder } from '../../pki/certificates.ts';
import { signedTrustList, type ListWish, type ServiceWish } from '../../trust-list.ts';

let services: TestServices;
let server: EvidenceServer;
let people: [Actor, Actor, Actor];
let publisher: Holder;
let count = 0;

beforeAll(async () => {
  server = await EvidenceServer.start();
  services = await testServices();
  services.config = { ...services.config, evidenceHosts: [server.host], evidenceNetworks: ['127.0.0.0/8', '::1/128'] };
  const administrator = async (): Promise<Actor> => (await personFor(services, 'administrator')).actor;
  people = [await administrator(), await administrator(), await administrator()];
  await services.db('operators').where({ id: people[0].id }).update({ email: 'quan-tri@example.gov.vn' });
  publisher = await makeHolder({ profile: 'root-ca', name: 'Publisher' });
}, 60_000);
beforeEach(forgetLists);

async function forgetLists(): Promise<void> {
  await services.db('trust_anchors').update({ listId: null });
  await services.db('trust_lists').del();
}

const newCa = (): Certificate => makeEntity({ subject: `Public CA ${++count}`, ca: true }).certificate;
const pinOf = (holder: Holder): string => sha256Fingerprint(holder.certificate.der);
const withdrawn = (certificate: Certificate): ServiceWish => ({ certificate, status: 'withdrawn', since: '2026-10-10T00:00:00Z', history: [{ status: 'granted', since: '2020-01-01T00:00:00Z' }] });

/** A domain with an approved list that says where its next version is. */
async function held(wish: ListWish): Promise<{ domain: string; publish: (next: ListWish, by?: Holder) => Promise<void>; path: string }> {
  const [domain, path] = [`NEAC ${++count}`, `/tl-${count}.xml`];
  const located = { locations: [server.url(path)] };
  const { list } = await proposeTrustList(services, people[0], { xml: await signedTrustList({ ...located, ...wish }, publisher), domain, signerFingerprint: pinOf(publisher) });
  await approveTrustList(services, people[1], { id: list.id, signerFingerprint: pinOf(publisher) });
  return { domain, path, publish: async (next, by = publisher) => void server.answers.set(path, await signedTrustList({ ...located, ...next }, by)) };
}

const newest = async (): Promise<TrustListRow> => (await newestTrustLists(services)).toSorted((a, b) => b.sequenceNumber - a.sequenceNumber)[0]!;
const inForce = async (domain: string): Promise<string[]> => (await trustAnchorsInForce(services)).filter((row) => row.domain === domain)
  .map(({ subjectText, trustedUntil }) => `${subjectText}${trustedUntil ? ` until ${trustedUntil.toISOString().slice(0, 10)}` : ''}`).toSorted();
const mails = async (): Promise<Record<string, string>[]> => services.db('mails').where({ template: 'trust-list-changed' }).orderBy('queued_at').pluck('facts');
const failure = async (): Promise<string | null> => (await newest()).checkFailure;

test('what the next version takes away is gone at once, and administrators are told; it is taken into use where it adds nothing', async () => {
  const [kept, gone] = [newCa(), newCa()];
  const { domain, publish } = await held({ services: [{ certificate: kept }, { certificate: gone }] });
  await publish({ sequenceNumber: 2, services: [{ certificate: kept }, withdrawn(gone)] });
  await refreshTrustLists(services);
  expect((await inForce(domain)).map((text) => text.replace(/.*Public CA \d+/, ''))).toEqual(['', ' until 2026-10-10']);
  expect(await newest()).toMatchObject({ sequenceNumber: 2, approved: true, proposedBy: 'system:fetch-trust-lists', decidedBy: 'system:take-trust-lists' });
  expect((await mails()).at(-1)).toMatchObject({ domain, waiting: '0', ended: expect.stringContaining('Public CA') });
  const told = (await mails()).length;
  // the same file again is nothing new
  await refreshTrustLists(services);
  expect([(await mails()).length, (await newestTrustLists(services)).length]).toEqual([told, 2]);
});

test('what it adds waits for two people, while what it takes away does not', async () => {
  const [gone, fresh] = [newCa(), newCa()];
  const { domain, publish } = await held({ services: [{ certificate: gone }] });
  await publish({ sequenceNumber: 2, services: [withdrawn(gone), { certificate: fresh }] });
  await refreshTrustLists(services);
  expect(await inForce(domain)).toEqual([expect.stringContaining('until 2026-10-10')]);
  const { id, approved } = await newest();
  expect(approved).toBeNull();
  const order = { id, signerFingerprint: pinOf(publisher) };
  await expect(approveTrustList(services, people[0], { id, signerFingerprint: '0'.repeat(64) })).rejects.toMatchObject({ code: 'invalid-fields' });
  expect((await approveTrustList(services, people[0], order)).list).toMatchObject({ approved: null, proposedBy: people[0].id });
  expect(await inForce(domain)).toHaveLength(1);
  await expect(approveTrustList(services, people[0], order)).rejects.toMatchObject({ code: 'own-request' });
  expect((await approveTrustList(services, people[1], order)).changes).toMatchObject([{ kind: 'add' }]);
  expect(await inForce(domain)).toHaveLength(2);
});

test('a service that ended and one whose trust would grow again: only a person gives back', async () => {
  const ca = newCa();
  const { domain, publish } = await held({ services: [withdrawn(ca)] });
  await publish({ sequenceNumber: 2, services: [{ certificate: ca }] });
  await refreshTrustLists(services);
  expect([(await newest()).approved, await inForce(domain)]).toEqual([null, [expect.stringContaining('until 2026-10-10')]]);
});

test('a waiting list that a later one overtook cannot give back what that took away', async () => {
  const [ca, fresh] = [newCa(), newCa()];
  const { domain, publish } = await held({ services: [{ certificate: ca }] });
  await publish({ sequenceNumber: 2, services: [{ certificate: ca }, { certificate: fresh }] });
  await refreshTrustLists(services);
  const { id } = await newest();
  await publish({ sequenceNumber: 3, services: [withdrawn(ca), { certificate: fresh }] });
  await refreshTrustLists(services);
  expect(await inForce(domain)).toEqual([expect.stringContaining('until 2026-10-10')]);
  await expect(approveTrustList(services, people[0], { id, signerFingerprint: pinOf(publisher) })).rejects.toMatchObject({ code: 'state-changed' });
  // and one that was refused does not come back
  await refuseTrustList(services, people[0], (await newest()).id);
  await refreshTrustLists(services);
  expect((await newest()).approved).toBe(false);
});

test.each<[string, string, (publish: (next: ListWish, by?: Holder) => Promise<void>) => Promise<void>]>([
  ['of another signer', 'unreadable: trust-list-signer-unknown', async (publish) => publish({ sequenceNumber: 2 }, await makeHolder({ profile: 'root-ca', name: 'Stranger' }))],
  ['of a lower number', 'older-list', (publish) => publish({ sequenceNumber: 4 })],
  ['of the same number and other content', 'number-not-raised', (publish) => publish({ sequenceNumber: 5, services: [{ certificate: newCa() }] })],
  ['from the future', 'issued-in-the-future', (publish) => publish({ sequenceNumber: 6, issuedAt: '2036-01-01T00:00:00Z' })],
])('a list %s changes nothing, and that is kept', async (_what, expected, make) => {
  const { domain, publish } = await held({ sequenceNumber: 5, services: [{ certificate: newCa() }] });
  await make(publish);
  await refreshTrustLists(services);
  expect([await failure(), await inForce(domain), (await newestTrustLists(services)).length]).toEqual([expected, [expect.stringContaining('Public CA')], 1]);
});

test('an altered list, a host that is not on the list of hosts, a redirection, a list without a location', async () => {
  const { path, publish } = await held({ services: [{ certificate: newCa() }] });
  await publish({ sequenceNumber: 2, services: [{ certificate: newCa() }] });
  const altered = Buffer.from(server.answers.get(path) as Uint8Array).toString().replace('Provider', 'Provider!');
  server.answers.set(path, Buffer.from(altered));
  await refreshTrustLists(services);
  expect(await failure()).toMatch(/^unreadable: /);
  server.answers.set(path, (_req, res) => res.writeHead(302, { Location: 'http://169.254.169.254/' }).end());
  await refreshTrustLists(services);
  expect(await failure()).toBe('redirected');
  await forgetLists();
  await held({ locations: ['http://169.254.169.254/tl.xml', 'file:///etc/passwd'] });
  await refreshTrustLists(services);
  expect(await failure()).toBe('address-not-allowed');
  await forgetLists();
  await held({ locations: [] });
  await refreshTrustLists(services);
  expect(await failure()).toBe('no-location');
});

test('a list whose next version is due is told', async () => {
  const { domain } = await held({ nextUpdate: '2026-10-31T00:00:00Z' });
  expect((await overdueTrustLists(services)).map((each) => each.domain)).toEqual([domain]);
});
