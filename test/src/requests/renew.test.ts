import type { KeyObject } from 'node:crypto';
import { changeOfficial } from '../../../src/officials/register.ts';
import { setPolicy } from '../../../src/policies/set.ts';
import { groundNames, grounds } from '../../../src/requests/kinds.ts';
import { submitRequest } from '../../../src/requests/submit.ts';
import type { Submission } from '../../../src/requests/compose.ts';
import type { ShownRequest } from '../../../src/requests/store.ts';
import { actorFor } from '../../database.ts';
import { csrFor, decideAll, newKey, requestWorld, submitted } from './people.ts';

const world = await requestWorld();
const { services, people } = world;
const start = services.now();
beforeEach(() => services.clock.set(start));

const submit = (input: Submission): Promise<ShownRequest> => submitRequest(services, people.registrar, input);
async function certified(key?: KeyObject): Promise<{ certificateId: string; officialId: string }> {
  const { newCertificateId, officialId } = await decideAll(world, (await submitted(world, key)).id);
  return { certificateId: newCertificateId!, officialId: officialId! };
}
const renew = async (certificateId: string, key?: KeyObject): Promise<ShownRequest> => submit({ kind: 'renew', certificateId, csr: await csrFor(key) });
const certificate = async (id: string) => services.db('certificates').where({ id }).first('state', 'replacesId', 'notBefore', 'notAfter', 'officialId');

test('a renewal makes a linked certificate of at most 3 years; the old one stands until it is revoked as superseded', async () => {
  const { certificateId, officialId } = await certified();
  services.clock.advance({ days: 1000 });
  const renewed = await decideAll(world, (await renew(certificateId)).id);
  expect(await certificate(renewed.newCertificateId!)).toMatchObject({ state: 'issued', replacesId: certificateId, officialId });
  const { notBefore, notAfter } = await certificate(renewed.newCertificateId!);
  expect((notAfter - notBefore + 1000) / 86_400_000).toBe(1095);
  expect(await certificate(certificateId)).toMatchObject({ state: 'issued' });
  const done = await decideAll(world, (await submit({ kind: 'revoke', certificateId, ground: 'replaced' })).id);
  expect(done).toMatchObject({ state: 'completed', newCertificateId: null });
  expect(await services.db('revocations').where({ certificateId }).first('reason', 'ground')).toEqual({ reason: 'superseded', ground: 'replaced' });
});

test.each([
  ['the last day to apply is 30 days before the end', 1794, 'open'],
  ['after it, it is too late', 1796, 'renewal-not-open'],
  ['an expired certificate needs a new issue', 1826, 'renewal-not-open'],
])('%s', async (_rule, days, outcome) => {
  const { certificateId } = await certified();
  services.clock.advance({ days });
  const asked = renew(certificateId);
  if (outcome === 'open') expect(await asked).toMatchObject({ state: 'draft', kind: 'renew' });
  else await expect(asked).rejects.toMatchObject({ code: outcome });
});

test('a renewal takes a new key', async () => {
  const key = newKey();
  const { certificateId } = await certified(key);
  await expect(renew(certificateId, key)).rejects.toMatchObject({ code: 'invalid-fields', facts: { errors: [{ pointer: '/csr' }] } });
});

test('once, and the count goes down the line of certificates', async () => {
  const { certificateId } = await certified();
  const first = await decideAll(world, (await renew(certificateId)).id);
  await expect(renew(first.newCertificateId!)).rejects.toMatchObject({ code: 'renewal-limit-reached', facts: { renewals: 1, most: 1 } });
  await expect(renew(certificateId)).rejects.toMatchObject({ code: 'duplicate-request' });
});

test('two renewals of one certificate do not stand side by side', async () => {
  const { certificateId } = await certified();
  const outcomes = await Promise.allSettled([renew(certificateId), renew(certificateId)]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

test('what the register says otherwise is a change of content, which keeps the end and may keep the key', async () => {
  const key = newKey();
  const { certificateId, officialId } = await certified(key);
  services.clock.advance({ days: 100 });
  await changeOfficial(services, people.registrar, officialId, { name: 'Lê Thị Đổi Tên' });
  await expect(renew(certificateId)).rejects.toMatchObject({ code: 'subject-mismatch' });
  const change = await submit({ kind: 'change', certificateId, csr: await csrFor(key), note: 'đổi tên' });
  const { newCertificateId } = await decideAll(world, change.id);
  const [before, after] = [await certificate(certificateId), await certificate(newCertificateId!)];
  expect(after).toMatchObject({ state: 'issued', replacesId: certificateId });
  expect(after.notAfter.getTime()).toBeLessThanOrEqual(before.notAfter.getTime());
  expect(before.notAfter - after.notAfter).toBeLessThan(86_400_000);
});

test('a revoked certificate is neither renewed, changed, revoked again nor restored', async () => {
  const { certificateId } = await certified();
  await decideAll(world, (await submit({ kind: 'revoke', certificateId, ground: 'device-lost', invalidityDate: new Date(start.getTime() - 1000) })).id);
  expect(await services.db('revocations').where({ certificateId }).first('reason')).toEqual({ reason: 'keyCompromise' });
  for (const input of [
    { kind: 'renew', csr: await csrFor() }, { kind: 'change', csr: await csrFor(), note: 'x' }, { kind: 'revoke', ground: 'retired' }, { kind: 'restore-device', note: 'x' },
  ] as const) {
    await expect(submit({ certificateId, ...input })).rejects.toMatchObject({ code: 'certificate-already-revoked' });
  }
});

test('a renewal that waits is stopped by a revocation meanwhile', async () => {
  const { certificateId } = await certified();
  const waiting = await renew(certificateId);
  await decideAll(world, waiting.id, [['registrar', 'confirm'], ['examiner', 'examine']]);
  await decideAll(world, (await submit({ kind: 'revoke', certificateId, ground: 'retired' })).id);
  await expect(decideAll(world, waiting.id, [['approver', 'approve']])).rejects.toMatchObject({ code: 'certificate-already-revoked' });
});

test('restoring a device is recorded, by one operator, and makes no certificate', async () => {
  const { certificateId } = await certified();
  const request = await submit({ kind: 'restore-device', certificateId, note: 'khóa PIN' });
  expect(await decideAll(world, request.id, [['registrar', 'confirm'], ['examiner', 'approve']])).toMatchObject({ state: 'completed', newCertificateId: null });
});

test.each([
  ['a ground that is not of this holder', { ground: 'agency-dissolved' }, 'invalid-fields'],
  ['an invalidity date to come', { ground: 'retired', invalidityDate: new Date(start.getTime() + 86_400_000) }, 'invalid-fields'],
  ['no ground', {}, 'invalid-fields'],
] as const)('%s is refused', async (_rule, change, code) => {
  const { certificateId } = await certified();
  await expect(submit({ kind: 'revoke', certificateId, ...change })).rejects.toMatchObject({ code });
});

test('a certificate that is not there, and one of another province', async () => {
  await expect(submit({ kind: 'revoke', certificateId: '00000000-0000-4000-8000-000000000000', ground: 'retired' })).rejects.toMatchObject({ code: 'certificate-not-found' });
  const { certificateId } = await certified();
  const stranger = await actorFor(services, 'registrar', 'H50');
  await expect(submitRequest(services, stranger, { kind: 'revoke', certificateId, ground: 'retired' })).rejects.toMatchObject({ code: 'outside-your-agency' });
});

test.each(groundNames)('the ground %s leads to a reason that revokes for good', (ground) => {
  expect(['keyCompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation', 'privilegeWithdrawn']).toContain(grounds[ground].reason);
});

test('where the policy allows two, a third renewal is refused', async () => {
  await setPolicy(services, await actorFor(services, 'administrator'), { key: 'renewal.max_count', value: 2, effectiveFrom: new Date(start.getTime() + 3_600_000), source: 'thử nghiệm' });
  services.clock.advance({ hours: 2 });
  let { certificateId } = await certified();
  for (let i = 0; i < 2; i++) certificateId = (await decideAll(world, (await renew(certificateId)).id)).newCertificateId!;
  await expect(renew(certificateId)).rejects.toMatchObject({ code: 'renewal-limit-reached', facts: { renewals: 2, most: 2 } });
});

test('the window is a policy: it moves with its row, from its day on', async () => {
  const { certificateId } = await certified();
  const administrator = await actorFor(services, 'administrator');
  const from = new Date(start.getTime() + 86_400_000);
  await setPolicy(services, administrator, { key: 'renewal.opens_days_before', value: 180, effectiveFrom: from, source: 'thử nghiệm' });
  expect(await renew(certificateId)).toMatchObject({ state: 'draft' });
  const other = await certified();
  services.clock.set(from);
  await expect(renew(other.certificateId)).rejects.toMatchObject({ code: 'renewal-not-open' });
  services.clock.advance({ days: 1700 });
  expect(await renew(other.certificateId)).toMatchObject({ state: 'draft' });
});
