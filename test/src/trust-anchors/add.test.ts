import { sha256Fingerprint } from '../../../pki/certificate/fingerprint.ts';
import { toPem } from '../../../pki/keys/pem.ts';
import { makeEntity } from '../../../scripts/make-chain.ts';
import { addTrustAnchor } from '../../../src/trust-anchors/add.ts';
import { trustAnchorsInForce } from '../../../src/trust-anchors/find.ts';
import { withdrawTrustAnchor } from '../../../src/trust-anchors/withdraw.ts';
import type { Actor } from '../../../src/services.ts';
import { actorFor, testServices, type TestServices } from '../../database.ts';

let services: TestServices;
let administrator: Actor;

beforeAll(async () => {
  services = await testServices();
  administrator = await actorFor(services, 'administrator');
}, 60_000);

const orderFor = (der: Uint8Array) => ({
  certificate: toPem('CERTIFICATE', der), fingerprint: sha256Fingerprint(der), label: 'A root', domain: 'VGCA', scope: 'any' as const,
});

test('an anchor is pinned by its fingerprint, once, and an audit entry says who did it', async () => {
  const { certificate } = makeEntity({ subject: 'root', ca: true });
  const added = await addTrustAnchor(services, administrator, orderFor(certificate.der));
  await expect(addTrustAnchor(services, administrator, orderFor(certificate.der))).rejects.toMatchObject({ code: 'duplicate-request' });
  expect((await trustAnchorsInForce(services)).map(({ id }) => id)).toEqual([added.id]);
  const entry = await services.db('audit_entries').where({ action: 'trust-anchor.added', subjectId: added.id }).first('actorId') as unknown;
  expect(entry).toEqual({ actorId: administrator.id });

  await withdrawTrustAnchor(services, administrator, added.id);
  expect(await trustAnchorsInForce(services)).toEqual([]);
  await expect(withdrawTrustAnchor(services, administrator, added.id)).rejects.toMatchObject({ code: 'state-changed' });
});

test('a certificate under another fingerprint is not pinned, however official its name', async () => {
  const [official, other] = [makeEntity({ subject: 'Ban Cơ yếu Chính phủ', ca: true }), makeEntity({ subject: 'other', ca: true })];
  const order = { ...orderFor(official.certificate.der), fingerprint: sha256Fingerprint(other.certificate.der) };
  await expect(addTrustAnchor(services, administrator, order)).rejects.toMatchObject({ code: 'invalid-fields' });
});

test('who is no certification authority is no anchor', async () => {
  const { certificate } = makeEntity({ subject: 'a person' });
  await expect(addTrustAnchor(services, administrator, orderFor(certificate.der))).rejects.toMatchObject({ code: 'invalid-fields' });
});
