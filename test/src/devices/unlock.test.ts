import { getDevice } from '../../../src/devices/find.ts';
import { linkDevice, recordDeviceEvent, registerDevice } from '../../../src/devices/register.ts';
import { submitRequest } from '../../../src/requests/submit.ts';
import type { ShownRequest } from '../../../src/requests/store.ts';
import { decideAll, requestWorld, submitted } from '../requests/people.ts';

const world = await requestWorld();
const { services, people: { registrar } } = world;
afterEach(() => services.clock.advance({ minutes: 1 }));
let number = 0;

/** A certificate on a token of its own. */
async function onToken(linked: 'certificate' | 'request'): Promise<{ deviceId: string; certificateId: string; officialId: string }> {
  const request = await submitted(world);
  const device = await registerDevice(services, registrar, { serial: `T${++number}`, kind: 'TOKEN', agencyId: world.agencyId });
  if (linked === 'request') await linkDevice(services, registrar, device.id, { type: 'request', id: request.id });
  const certificateId = (await decideAll(world, request.id)).newCertificateId!;
  if (linked === 'certificate') await linkDevice(services, registrar, device.id, { type: 'certificate', id: certificateId });
  const handed = await recordDeviceEvent(services, registrar, device.id, { event: 'handed-over', givenBy: 'Thủ kho', receivedBy: 'Người dùng', officialId: request.officialId! });
  return { deviceId: device.id, certificateId, officialId: handed.officialId! };
}

async function restored(certificateId: string): Promise<ShownRequest> {
  const { id } = await submitRequest(services, registrar, { kind: 'restore-device', certificateId, note: 'Nhập sai PIN quá số lần' });
  return decideAll(world, id, [['registrar', 'confirm'], ['approver', 'approve']]);
}

test.each(['certificate', 'request'] as const)('a restoration that was agreed to unlocks the device the %s is linked to, with its history', async (linked) => {
  const { deviceId, certificateId, officialId } = await onToken(linked);
  await recordDeviceEvent(services, registrar, deviceId, { event: 'locked' });
  const request = await restored(certificateId);
  expect(request.state).toBe('completed');
  const device = await getDevice(services.db, registrar, { id: deviceId });
  expect(device).toMatchObject({ state: 'in-use', officialId });
  expect(device.events[0]).toMatchObject({ event: 'unlocked', fromState: 'locked', toState: 'in-use', note: 'Nhập sai PIN quá số lần', actorName: world.people.approver.name });
  expect(device.links).toContainEqual(expect.objectContaining({ type: 'request', id: request.id }));
  expect(await services.db('audit_entries').where({ action: 'device.unlocked', subjectId: deviceId })).toHaveLength(1);
});

test('a restoration does not wake a device that is lost, and stands as a record where there is none', async () => {
  const lost = await onToken('certificate');
  await recordDeviceEvent(services, registrar, lost.deviceId, { event: 'lost', note: 'mất' });
  expect((await restored(lost.certificateId)).state).toBe('completed');
  expect(await getDevice(services.db, registrar, { id: lost.deviceId })).toMatchObject({ state: 'lost' });
  const bare = (await decideAll(world, (await submitted(world)).id)).newCertificateId!;
  expect((await restored(bare)).state).toBe('completed');
});

test('a restoration that is refused leaves the device locked', async () => {
  const { deviceId, certificateId } = await onToken('certificate');
  await recordDeviceEvent(services, registrar, deviceId, { event: 'locked' });
  const { id } = await submitRequest(services, registrar, { kind: 'restore-device', certificateId, note: 'quên PIN' });
  await decideAll(world, id, [['registrar', 'confirm'], ['examiner', 'refuse']]);
  expect(await getDevice(services.db, registrar, { id: deviceId })).toMatchObject({ state: 'locked' });
});
