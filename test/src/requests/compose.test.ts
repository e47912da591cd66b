import { findAgencyByCode } from '../../../src/agencies/find.ts';
import { createAgency } from '../../../src/agencies/create.ts';
import { getCertificate, searchCertificates } from '../../../src/certificates/find.ts';
import { changeOfficial } from '../../../src/officials/register.ts';
import { setPolicy } from '../../../src/policies/set.ts';
import type { Submission } from '../../../src/requests/compose.ts';
import { decideRequest } from '../../../src/requests/decide.ts';
import { grounds, groundNames } from '../../../src/requests/kinds.ts';
import { submitRequest } from '../../../src/requests/submit.ts';
import { actorFor } from '../../database.ts';
import { csrFor, decideAll, requestWorld, submitted } from './people.ts';

const world = await requestWorld();
const { services, people } = world;
const submit = (input: Submission) => submitRequest(services, people.registrar, input);
const certified = async (): Promise<{ certificateId: string; officialId: string }> => {
  const request = await submitted(world);
  return { certificateId: (await decideAll(world, request.id)).newCertificateId!, officialId: request.officialId! };
};
const refusedAt = (pointer: string): object => ({ code: 'invalid-fields', facts: { errors: [expect.objectContaining({ pointer })] } });

test('who asks for a change after a transfer says that it is one, and it is printed in the content', async () => {
  const { certificateId, officialId } = await certified();
  const agency = await createAgency(services, people.examiner, { code: 'H05.7', name: 'Sở Xây dựng' });
  services.clock.advance({ seconds: 1 });
  await changeOfficial(services, people.registrar, officialId, { agencyId: agency.id });
  const change = { kind: 'change', certificateId, csr: await csrFor(), note: 'chuyển công tác' } as const;
  await expect(submit(change)).rejects.toMatchObject(refusedAt('/transfer'));
  await expect(submit({ ...change, transfer: 'revoke' })).rejects.toMatchObject(refusedAt('/transfer'));
  const request = await submit({ ...change, transfer: 'change' });
  expect(request).toMatchObject({ transfer: 'change', subjectText: expect.stringContaining('OU=Sở Xây dựng') });
  expect((await decideAll(world, request.id)).state).toBe('issued');
});

test('after a transfer into another province it is there that the change or the revocation is asked for, and confirmed', async () => {
  const { certificateId, officialId } = await certified();
  const receiving = await actorFor(services, 'registrar', 'H49');
  const input = { kind: 'change', certificateId, csr: await csrFor(), note: 'chuyển công tác', transfer: 'change' } as const;
  await expect(submitRequest(services, receiving, input)).rejects.toMatchObject({ code: 'outside-your-agency' });
  const { id: agencyId } = await findAgencyByCode(services.db, 'H49');
  services.clock.advance({ seconds: 1 });
  await changeOfficial(services, people.examiner, officialId, { agencyId });
  expect((await getCertificate(services, receiving, certificateId)).id).toBe(certificateId);
  expect((await searchCertificates(services, receiving, { officialId }, { limit: 5 })).items.map(({ id }) => id)).toEqual([certificateId]);
  await expect(submit(input)).rejects.toMatchObject({ code: 'outside-your-agency' });
  await expect(getCertificate(services, await actorFor(services, 'registrar', 'H01'), certificateId)).rejects.toMatchObject({ code: 'outside-your-agency' });
  const request = await submitRequest(services, receiving, input);
  expect(request).toMatchObject({ transfer: 'change', agencyCode: 'H49' });
  expect((await decideRequest(services, { requestId: request.id, decision: 'confirm', actor: receiving })).state).toBe('confirmed');
});

test('a change of position that ends a certificate is said to be a revocation', async () => {
  const { certificateId } = await certified();
  const revoke = { kind: 'revoke', certificateId, ground: 'position-changed' } as const;
  await expect(submit(revoke)).rejects.toMatchObject(refusedAt('/transfer'));
  await expect(submit({ ...revoke, transfer: 'change' })).rejects.toMatchObject(refusedAt('/transfer'));
  await expect(submit({ ...revoke, ground: 'retired', transfer: 'revoke' })).rejects.toMatchObject(refusedAt('/transfer'));
  expect(await submit({ ...revoke, transfer: 'revoke' })).toMatchObject({ reason: 'affiliationChanged', urgent: false, dueAt: null });
});

test('compromise and loss alone are urgent', () => {
  expect(groundNames.filter((name) => 'urgent' in grounds[name])).toEqual(['key-compromised', 'device-lost']);
});

test('an urgent revocation keeps its clock from the submission on', async () => {
  const { certificateId } = await certified();
  const request = await submit({ kind: 'revoke', certificateId, ground: 'device-lost' });
  const due = new Date(services.now().getTime() + 12 * 3_600_000);
  expect(request).toMatchObject({ urgent: true, dueAt: due });
  services.clock.advance({ hours: 1 });
  expect(await decideAll(world, request.id, [['registrar', 'confirm']])).toMatchObject({ state: 'confirmed', dueAt: due });
  expect(await decideAll(world, request.id, [['examiner', 'approve']])).toMatchObject({ state: 'examined', dueAt: due });
  expect((await decideAll(world, request.id, [['approver', 'approve']])).state).toBe('completed');
});

test('by policy one operator is enough for an urgent revocation, and for no other', async () => {
  await setPolicy(services, await actorFor(services, 'administrator'), {
    key: 'revocation.urgent_by_one_operator', value: true, effectiveFrom: new Date(services.now().getTime() + 1000), source: 'thử nghiệm',
  });
  services.clock.advance({ seconds: 2 });
  const [urgent, plain] = [await certified(), await certified()];
  const lost = await submit({ kind: 'revoke', certificateId: urgent.certificateId, ground: 'device-lost' });
  await decideAll(world, lost.id, [['registrar', 'confirm']]);
  await expect(decideRequest(services, { requestId: lost.id, decision: 'approve', actor: people.registrar })).rejects.toMatchObject({ code: 'not-permitted' });
  expect((await decideAll(world, lost.id, [['examiner', 'approve']])).state).toBe('completed');
  const retired = await submit({ kind: 'revoke', certificateId: plain.certificateId, ground: 'retired' });
  expect((await decideAll(world, retired.id, [['registrar', 'confirm'], ['examiner', 'approve']])).state).toBe('examined');
});

test('the agency does not confirm an order from outside, nor does an order go without its paper', async () => {
  const { certificateId } = await certified();
  const { id } = await submit({ kind: 'revoke', certificateId, ground: 'prosecution-request' });
  await expect(decideRequest(services, { requestId: id, decision: 'confirm', actor: people.registrar })).rejects.toMatchObject({ code: 'not-permitted' });
  await expect(decideRequest(services, { requestId: id, decision: 'confirm', actor: people.examiner })).rejects.toMatchObject(refusedAt('/papers'));
});
