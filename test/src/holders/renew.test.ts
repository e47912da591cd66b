import { offerRenewal, renewOwn } from '../../../src/holders/renew.ts';
import { revokeOwn } from '../../../src/holders/revoke.ts';
import { setPolicy } from '../../../src/policies/set.ts';
import { decideRequest } from '../../../src/requests/decide.ts';
import { officialPermissions } from '../../../src/access/permissions.ts';
import type { Actor } from '../../../src/services.ts';
import { testActor } from '../../authorities.ts';
import { csrFor, decideAll, requestWorld, submitted } from '../requests/people.ts';

const world = await requestWorld();
const { services, people } = world;

const asOfficial = (officialId: string): Actor =>
  ({ id: officialId, kind: 'official', name: 'x', roles: [], permissions: new Set(officialPermissions), agencyPath: 'H05', officialId, requestId: 'test' });

async function holder(): Promise<{ actor: Actor; certificateId: string }> {
  const request = await submitted(world);
  const { newCertificateId } = await decideAll(world, request.id);
  return { actor: asOfficial(request.officialId!), certificateId: newCertificateId! };
}

async function selfService(value: boolean): Promise<void> {
  services.clock.advance({ seconds: 1 });
  await setPolicy(services, testActor, { key: 'renewal.self_service', value, effectiveFrom: services.now(), source: 'test' });
}

test('as the law stands, a renewal waits for the agency and two operators', async () => {
  const { actor, certificateId } = await holder();
  const { requestId, state } = await renewOwn(services, actor, { certificateId, csr: await csrFor(), device: 'SOFT' });
  expect(state).toBe('draft');
  await expect(decideRequest(services, { requestId, decision: 'approve', actor })).rejects.toMatchObject({ code: 'state-changed' });
  expect((await offerRenewal(services, actor, certificateId)).open?.id).toBe(requestId);
  expect((await decideAll(world, requestId)).state).toBe('issued');
});

test('where a policy says so the holder alone decides, and the decision is on record', async () => {
  const { actor, certificateId } = await holder();
  await selfService(true);
  const { requestId, state } = await renewOwn(services, actor, { certificateId, csr: await csrFor(), device: 'SOFT' });
  expect(state).toBe('issued');
  expect(await services.db('decisions').where({ requestId }).select('decision', 'actorId')).toEqual([{ decision: 'approve', actorId: actor.id }]);
  expect(await services.db('audit_entries').where({ action: 'request.approve', subjectId: requestId, actorKind: 'official' })).toHaveLength(1);
});

test('the policy opens nothing else: not for others, not for other kinds, not for operators', async () => {
  const [mine, other] = [await holder(), await holder()];
  await selfService(true);
  await expect(renewOwn(services, mine.actor, { certificateId: other.certificateId, csr: await csrFor(), device: 'SOFT' })).rejects.toMatchObject({ code: 'certificate-not-found' });
  await selfService(false);
  const { requestId } = await renewOwn(services, other.actor, { certificateId: other.certificateId, csr: await csrFor(), device: 'SOFT' });
  await selfService(true);
  await expect(decideRequest(services, { requestId, decision: 'approve', actor: mine.actor })).rejects.toMatchObject({ code: 'state-changed' });
  await expect(decideRequest(services, { requestId, decision: 'approve', actor: people.approver })).rejects.toMatchObject({ code: 'state-changed' });
  const issue = await submitted(world);
  await expect(decideRequest(services, { requestId: issue.id, decision: 'approve', actor: asOfficial(issue.officialId!) })).rejects.toMatchObject({ code: 'state-changed' });
});

test('a holder revokes at once and is told by mail; nobody else’s', async () => {
  const [mine, other] = [await holder(), await holder()];
  await expect(revokeOwn(services, mine.actor, { certificateId: other.certificateId, ground: 'device-lost' })).rejects.toMatchObject({ code: 'certificate-not-found' });
  const { reason } = await revokeOwn(services, mine.actor, { certificateId: mine.certificateId, ground: 'device-lost' });
  expect(reason).toBe('keyCompromise');
  expect(await services.db('mails').where({ template: 'revoked-by-holder' })).toHaveLength(1);
  await expect(revokeOwn(services, mine.actor, { certificateId: mine.certificateId, ground: 'device-lost' })).rejects.toMatchObject({ code: 'certificate-already-revoked' });
});

test('an operator has nothing of their own here', async () => {
  const { certificateId } = await holder();
  await expect(offerRenewal(services, people.approver, certificateId)).rejects.toMatchObject({ code: 'not-permitted' });
});
