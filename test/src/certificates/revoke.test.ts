import { randomUUID } from 'node:crypto';
import { revokeCertificate } from '../../../src/certificates/revoke.ts';
import { prepareCertificates } from '../../../src/certificates/issue.ts';
import { issueForTest, officialOrder, testActor, testAuthorities } from '../../authorities.ts';
import { actorFor, testServices, type TestServices } from '../../database.ts';

let services: TestServices;
let issuing: { certificateId: string };
beforeAll(async () => {
  services = await testServices();
  ({ issuing } = await testAuthorities(services));
});

test('of three at once one revokes, the others are told, and there is one audit entry', async () => {
  const { certificateId } = await issueForTest(services);
  const outcomes = await Promise.allSettled(Array.from({ length: 3 }, () => revokeCertificate(services, testActor, { certificateId, reason: 'superseded' })));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'certificate-already-revoked' });
  expect(await services.db('audit_entries').where({ subjectId: certificateId, action: 'certificate.revoked' })).toHaveLength(1);
});

test.each<[string, () => Promise<string>, string]>([
  ['a certificate that does not exist', async () => randomUUID(), 'certificate-not-found'],
  ['one that is prepared and not issued', async () => {
    const order = officialOrder();
    await services.db.transaction((tx) => prepareCertificates(services, tx, testActor, [order]));
    return order.certificateId;
  }, 'state-changed'],
])('%s cannot be revoked', async (_case, id, code) => {
  await expect(revokeCertificate(services, testActor, { certificateId: await id(), reason: 'superseded' })).rejects.toMatchObject({ code });
});

test.each([
  ['the own agency', 'H05', true], ['one above it', 'H05.01', false], ['one whose name only begins alike', 'H0', false],
])('an actor of %s', async (_case, agencyPath, allowed) => {
  const { certificateId } = await issueForTest(services);
  const actor = await actorFor(services, 'registrar', agencyPath);
  const outcome = revokeCertificate(services, actor, { certificateId, reason: 'superseded' });
  if (allowed) await expect(outcome).resolves.toMatchObject({ certificateId });
  else await expect(outcome).rejects.toMatchObject({ code: 'outside-your-agency' });
});

test('an invalidity date lies in the past, and both times are whole seconds as they are published', async () => {
  const { certificateId } = await issueForTest(services);
  services.clock.set('2026-11-02T02:00:00.789Z');
  const input = { certificateId, reason: 'keyCompromise' as const };
  await expect(revokeCertificate(services, testActor, { ...input, invalidityDate: new Date('2026-11-03T00:00:00Z') })).rejects.toMatchObject({ code: 'invalid-fields' });
  const revocation = await revokeCertificate(services, testActor, { ...input, invalidityDate: new Date('2026-10-30T01:02:03.456Z') });
  expect(revocation).toMatchObject({ revokedAt: new Date('2026-11-02T02:00:00Z'), invalidityDate: new Date('2026-10-30T01:02:03Z') });
});

test('a certificate of the CA itself takes one who manages authorities', async () => {
  const revoke = async (role: 'operator' | 'administrator') =>
    revokeCertificate(services, await actorFor(services, role), { certificateId: issuing.certificateId, reason: 'cACompromise' });
  await expect(revoke('operator')).rejects.toMatchObject({ code: 'not-permitted' });
  await expect(revoke('administrator')).resolves.toMatchObject({ reason: 'cACompromise' });
  // and a revoked CA issues nothing more
  await expect(issueForTest(services)).rejects.toMatchObject({ code: 'not-found' });
});
