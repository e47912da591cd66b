import { sha256Fingerprint } from '../../../pki/certificate/fingerprint.ts';
import { toPem } from '../../../pki/keys/pem.ts';
import { makeEntity } from '../../../scripts/make-chain.ts';
import { approveTrustAnchor } from '../../../src/trust-anchors/approve.ts';
import { trustAnchorsInForce } from '../../../src/trust-anchors/find.ts';
import { proposeTrustAnchor } from '../../../src/trust-anchors/propose.ts';
import { approveWithdrawal, proposeWithdrawal, refuseWithdrawal } from '../../../src/trust-anchors/withdraw.ts';
import type { Actor } from '../../../src/services.ts';
import { actorFor, testServices, type TestServices } from '../../database.ts';

let services: TestServices;
let first: Actor;
let second: Actor;

beforeAll(async () => {
  services = await testServices();
  [first, second] = [await actorFor(services, 'administrator'), await actorFor(services, 'administrator')];
}, 60_000);

const orderFor = (der: Uint8Array) => ({
  certificate: toPem('CERTIFICATE', der), fingerprint: sha256Fingerprint(der), label: 'A root', domain: 'VGCA', scope: 'any' as const,
});
const inForce = async (id: string): Promise<boolean> => (await trustAnchorsInForce(services)).some((row) => row.id === id);

test('an anchor is proposed by one person and approved by another, who knows its fingerprint too', async () => {
  const { certificate: { der } } = makeEntity({ subject: 'root', ca: true });
  const { id } = await proposeTrustAnchor(services, first, orderFor(der));
  await expect(proposeTrustAnchor(services, second, orderFor(der))).rejects.toMatchObject({ code: 'duplicate-request' });
  expect(await inForce(id)).toBe(false);
  const fingerprint = sha256Fingerprint(der);
  await expect(approveTrustAnchor(services, first, { id, fingerprint })).rejects.toMatchObject({ code: 'own-request' });
  await expect(approveTrustAnchor(services, second, { id, fingerprint: 'a'.repeat(64) })).rejects.toMatchObject({ code: 'invalid-fields' });
  await approveTrustAnchor(services, second, { id, fingerprint: fingerprint.toUpperCase().replaceAll(/..(?=.)/g, '$&:') });
  expect(await inForce(id)).toBe(true);
  await expect(approveTrustAnchor(services, second, { id, fingerprint })).rejects.toMatchObject({ code: 'state-changed' });
  const entries = await services.db('audit_entries').where({ subjectId: id }).orderBy('sequence').select('action', 'actorId') as unknown;
  expect(entries).toEqual([{ action: 'trust-anchor.proposed', actorId: first.id }, { action: 'trust-anchor.approved', actorId: second.id }]);
});

test('trust is withdrawn by two people as well; until then it holds, and what was withdrawn can be proposed again', async () => {
  const { certificate: { der } } = makeEntity({ subject: 'root', ca: true });
  const { id } = await proposeTrustAnchor(services, first, orderFor(der));
  await approveTrustAnchor(services, second, { id, fingerprint: sha256Fingerprint(der) });
  await expect(approveWithdrawal(services, second, id)).rejects.toMatchObject({ code: 'state-changed' });
  await proposeWithdrawal(services, first, { id, reason: 'key lost' });
  await refuseWithdrawal(services, second, id);
  await proposeWithdrawal(services, first, { id, reason: 'key lost' });
  await expect(proposeWithdrawal(services, second, { id, reason: 'key lost' })).rejects.toMatchObject({ code: 'state-changed' });
  await expect(approveWithdrawal(services, first, id)).rejects.toMatchObject({ code: 'own-request' });
  expect(await inForce(id)).toBe(true);
  await approveWithdrawal(services, second, id);
  expect(await inForce(id)).toBe(false);
  await expect(proposeWithdrawal(services, first, { id, reason: 'again' })).rejects.toMatchObject({ code: 'state-changed' });
  expect((await proposeTrustAnchor(services, first, orderFor(der))).id).not.toBe(id);
});

test('a proposal is taken back by one person, for it counted for nothing', async () => {
  const { certificate: { der } } = makeEntity({ subject: 'root', ca: true });
  const { id } = await proposeTrustAnchor(services, first, orderFor(der));
  await proposeWithdrawal(services, first, { id, reason: 'a mistake' });
  await expect(approveTrustAnchor(services, second, { id, fingerprint: sha256Fingerprint(der) })).rejects.toMatchObject({ code: 'state-changed' });
});

test('two who approve at once: one of them does', async () => {
  const { certificate: { der } } = makeEntity({ subject: 'root', ca: true });
  const { id } = await proposeTrustAnchor(services, first, orderFor(der));
  const third = await actorFor(services, 'administrator');
  const outcomes = await Promise.allSettled([second, third].map((actor) => approveTrustAnchor(services, actor, { id, fingerprint: sha256Fingerprint(der) })));
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

test('a certificate under another fingerprint is not pinned, however official its name', async () => {
  const [official, other] = [makeEntity({ subject: 'Ban Cơ yếu Chính phủ', ca: true }), makeEntity({ subject: 'other', ca: true })];
  const order = { ...orderFor(official.certificate.der), fingerprint: sha256Fingerprint(other.certificate.der) };
  await expect(proposeTrustAnchor(services, first, order)).rejects.toMatchObject({ code: 'invalid-fields' });
});

test('who is no certification authority is no anchor', async () => {
  const { certificate } = makeEntity({ subject: 'a person' });
  await expect(proposeTrustAnchor(services, first, orderFor(certificate.der))).rejects.toMatchObject({ code: 'invalid-fields' });
});
