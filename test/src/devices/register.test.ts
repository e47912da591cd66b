import { createAgency } from '../../../src/agencies/create.ts';
import { findAgency } from '../../../src/agencies/store.ts';
import { getDevice } from '../../../src/devices/find.ts';
import { linkDevice, recordDeviceEvent, registerDevice, type DeviceHappening } from '../../../src/devices/register.ts';
import { deviceRoutes } from '../../../src/devices/routes.ts';
import { getOfficial } from '../../../src/officials/find.ts';
import { changeOfficial, registerOfficial } from '../../../src/officials/register.ts';
import { submitRequest } from '../../../src/requests/submit.ts';
import { csrFor } from '../requests/people.ts';
import { issueForTest, officialOrder, testAuthorities } from '../../authorities.ts';
import { actorFor, apiKeyFor, testApp, testServices } from '../../database.ts';

const services = await testServices();
const operator = await actorFor(services, 'operator');
const registrar = await actorFor(services, 'registrar', 'H05');
const idOf = async (code: string): Promise<string> => (await findAgency(services.db, { code }))!.id;
const [bacNinh, quangNinh] = [await idOf('H05'), await idOf('H49')];
const official = await registerOfficial(services, registrar, { agencyId: bacNinh, name: 'Đỗ Thị Ứng', position: 'Chuyên viên', email: 'd@bacninh.gov.vn' });
const elsewhere = await registerOfficial(services, operator, { agencyId: quangNinh, name: 'Trần Văn B', position: 'Chuyên viên', email: 'd@quangninh.gov.vn' });
let number = 0;
const newDevice = () => registerDevice(services, registrar, { serial: `vn-${String(++number).padStart(4, '0')}`, kind: 'TOKEN', model: 'Token', agencyId: bacNinh });
const happen = (id: string, happening: DeviceHappening) => recordDeviceEvent(services, registrar, id, happening);
const handover = { event: 'handed-over', givenBy: 'Lê Văn Thủ kho', receivedBy: 'Đỗ Thị Ứng', officialId: official.id } as const;
const note = 'Theo biên bản số 12';
afterEach(() => services.clock.advance({ minutes: 1 }));

test('from stock to the holder, locked, unlocked and back: each step with its day and people', async () => {
  const { id, serial } = await newDevice();
  expect(await happen(id, { ...handover, happenedOn: '2026-10-30' })).toMatchObject({ state: 'in-use', officialId: official.id, officialName: 'Đỗ Thị Ứng' });
  expect((await getOfficial(services, registrar, official.id)).devices).toContainEqual({ serial, kind: 'TOKEN' });
  expect(await happen(id, { event: 'locked' })).toMatchObject({ state: 'locked', officialId: official.id });
  expect(await happen(id, { event: 'unlocked', note })).toMatchObject({ state: 'in-use' });
  expect(await happen(id, { event: 'returned', givenBy: 'Đỗ Thị Ứng', receivedBy: 'Lê Văn Thủ kho' })).toMatchObject({ state: 'in-stock', officialId: null });
  const { events } = await getDevice(services.db, registrar, { serial: ' vn 0001' });
  expect(events.map((e) => [e.event, e.fromState, e.toState, e.officialName])).toEqual([
    ['returned', 'in-use', 'in-stock', null], ['unlocked', 'locked', 'in-use', 'Đỗ Thị Ứng'], ['locked', 'in-use', 'locked', 'Đỗ Thị Ứng'],
    ['handed-over', 'in-stock', 'in-use', 'Đỗ Thị Ứng'], ['registered', null, 'in-stock', null],
  ]);
  expect(events[3]).toMatchObject({ happenedOn: '2026-10-30', givenBy: 'Lê Văn Thủ kho', receivedBy: 'Đỗ Thị Ứng', actorName: registrar.name });
  expect(await services.db('audit_entries').where({ subjectType: 'device', subjectId: id }).orderBy('sequence').pluck('action')).toEqual(
    ['device.registered', 'device.handed-over', 'device.locked', 'device.unlocked', 'device.returned']);
});

test.each<[string, object, string]>([
  ['a serial number that is none', { serial: '=cmd' }, 'invalid-fields'],
  ['an agency outside the reach', { agencyId: quangNinh }, 'outside-your-agency'],
  ['an agency that is not there', { agencyId: '00000000-0000-4000-8000-000000000000' }, 'invalid-fields'],
])('%s is refused', async (_rule, change, code) => {
  await expect(registerDevice(services, registrar, { serial: `X${++number}`, kind: 'SIM', agencyId: bacNinh, ...change })).rejects.toMatchObject({ code });
});

test('one serial number is one device, however it is written', async () => {
  const { serial } = await newDevice();
  await expect(registerDevice(services, operator, { serial: serial.toLowerCase().replace('VN', 'vn '), kind: 'SIM', agencyId: quangNinh })).rejects.toMatchObject({ code: 'duplicate-request' });
});

test.each<[string, readonly DeviceHappening[], DeviceHappening, string]>([
  ['unlocking what is not locked', [], { event: 'unlocked', note }, 'state-changed'],
  ['returning what nobody has', [], { event: 'returned', givenBy: 'A', receivedBy: 'B' }, 'state-changed'],
  ['handing over what is lost', [{ event: 'lost', note }], handover, 'state-changed'],
  ['anything with what is retired', [{ event: 'retired', note }], { event: 'found', note }, 'state-changed'],
  ['a handover without people', [], { event: 'handed-over', officialId: official.id }, 'invalid-fields'],
  ['a handover to nobody', [], { ...handover, officialId: undefined }, 'invalid-fields'],
  ['a handover to two', [], { ...handover, agencyId: bacNinh }, 'invalid-fields'],
  ['a handover to someone unknown', [], { ...handover, officialId: '00000000-0000-4000-8000-000000000000' }, 'invalid-fields'],
  ['a handover outside the reach', [], { ...handover, officialId: elsewhere.id }, 'outside-your-agency'],
  ['another holder without a handover', [], { event: 'locked', officialId: official.id }, 'invalid-fields'],
  ['a loss without a word', [], { event: 'lost' }, 'invalid-fields'],
  ['a day to come', [], { event: 'locked', happenedOn: '2030-01-01' }, 'invalid-fields'],
  ['a day that is none', [], { event: 'locked', happenedOn: '2026-02-30' }, 'invalid-fields'],
])('%s is refused', async (_rule, before, happening, code) => {
  const { id } = await newDevice();
  for (const one of before) await happen(id, one);
  const { state, events } = await getDevice(services.db, registrar, { id });
  await expect(happen(id, happening)).rejects.toMatchObject({ code });
  expect(await getDevice(services.db, registrar, { id })).toMatchObject({ state, events });
});

test('someone who left receives nothing; a unit may; who reaches both agencies hands over between them', async () => {
  const left = await registerOfficial(services, registrar, { agencyId: bacNinh, name: 'Đã Nghỉ', position: 'Chuyên viên', email: 'left@bacninh.gov.vn' });
  await changeOfficial(services, registrar, left.id, { left: true });
  const { id } = await newDevice();
  await expect(happen(id, { ...handover, officialId: left.id })).rejects.toMatchObject({ code: 'invalid-fields' });
  const unit = await createAgency(services, operator, { code: 'H05.500', name: 'Bộ phận một cửa' });
  expect(await happen(id, { ...handover, officialId: undefined, agencyId: unit.id })).toMatchObject({ state: 'in-use', agencyCode: 'H05.500', officialId: null });
  expect(await happen(id, { event: 'locked' })).toMatchObject({ state: 'locked' });
  expect(await happen(id, { event: 'unlocked', note })).toMatchObject({ state: 'in-stock' });
  await recordDeviceEvent(services, operator, id, { ...handover, officialId: elsewhere.id });
  await expect(happen(id, { event: 'locked' })).rejects.toMatchObject({ code: 'outside-your-agency' });
});

test('a certificate is found by the serial number of its device', async () => {
  await testAuthorities(services);
  const { id, serial } = await newDevice();
  const { certificateId } = await issueForTest(services, officialOrder());
  await linkDevice(services, registrar, id, { type: 'certificate', id: certificateId });
  expect((await getDevice(services.db, registrar, { serial })).links).toMatchObject([{ type: 'certificate', id: certificateId }]);
  const other = await newDevice();
  await linkDevice(services, registrar, other.id, { type: 'certificate', id: certificateId });
  expect((await getDevice(services.db, registrar, { id })).links).toEqual([]);
  const foreign = await issueForTest(services, officialOrder({ holder: { agencyId: null, agencyPath: 'H49', officialId: null } }));
  await expect(linkDevice(services, registrar, id, { type: 'certificate', id: foreign.certificateId })).rejects.toMatchObject({ code: 'outside-your-agency' });
  await expect(linkDevice(services, registrar, id, { type: 'certificate', id })).rejects.toMatchObject({ code: 'certificate-not-found' });
  await expect(linkDevice(services, registrar, id, { type: 'request', id })).rejects.toMatchObject({ code: 'not-found' });
  await happen(id, { event: 'broken', note });
  await expect(linkDevice(services, registrar, id, { type: 'certificate', id: certificateId })).rejects.toMatchObject({ code: 'state-changed' });
});

test('the certificate of a linked request belongs to the device, until it is put on another', async () => {
  const [device, other] = [await newDevice(), await newDevice()];
  const { id: request } = await submitRequest(services, registrar, { kind: 'issue', profile: 'official-signing', officialId: official.id, csr: await csrFor() });
  await linkDevice(services, registrar, device.id, { type: 'request', id: request });
  const { certificateId } = await issueForTest(services, officialOrder({ requestId: request }));
  const linksOf = async (id: string) => (await getDevice(services.db, registrar, { id })).links.map((link) => [link.type, link.id]);
  expect(await linksOf(device.id)).toEqual([['certificate', certificateId], ['request', request]]);
  await linkDevice(services, registrar, other.id, { type: 'certificate', id: certificateId });
  expect([await linksOf(device.id), await linksOf(other.id)]).toEqual([[['request', request]], [['certificate', certificateId]]]);
});

test('the record of what happened cannot be changed', async () => {
  await expect(services.db('device_events').update({ note: 'x' })).rejects.toThrow(/append-only/);
});

test('over HTTP: each agency sees its own, an auditor reads and writes nothing', async () => {
  const base = await testApp(services, { endpoints: deviceRoutes });
  const { id, serial } = await newDevice();
  const call = async (token: string, path: string, body?: object): Promise<{ status: number; items?: unknown[]; serial?: string }> => {
    const response = await fetch(`${base}/api/v1/devices${path}`, {
      method: body ? 'POST' : 'GET', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { ...((await response.json()) as object), status: response.status };
  };
  const [own, other, auditor] = [await apiKeyFor(services, 'registrar', 'H05'), await apiKeyFor(services, 'registrar', 'H49'), await apiKeyFor(services, 'auditor')];
  expect(await call(own, `/${serial.toLowerCase()}`)).toMatchObject({ status: 200, serial });
  expect((await call(other, `/${id}`)).status).toBe(403);
  expect((await call(own, `/none`)).status).toBe(404);
  expect((await call(own, `?serial=${serial}`)).items).toHaveLength(1);
  expect((await call(own, `?serial=${serial}&state=locked`)).items).toHaveLength(0);
  expect((await call(other, `?serial=${serial}`)).items).toHaveLength(0);
  expect((await call(auditor, `/${id}/events`, { event: 'locked' })).status).toBe(403);
  expect((await call(auditor, `/${id}`)).status).toBe(200);
  expect((await call(own, `/${id}/events`, { event: 'eaten' })).status).toBe(422);
  expect((await call(own, `/${id}/events`, { event: 'locked' })).status).toBe(201);
  expect((await call(own, '', { serial: 'vn 9999', kind: 'SIM', agencyId: bacNinh })).status).toBe(201);
});
