import { randomUUID } from 'node:crypto';
import { requireWithin } from '../access/scope.ts';
import { findOpenAgency } from '../agencies/find.ts';
import { recordAudit } from '../audit/record.ts';
import { fieldMistake, wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { eventRules, parseDeviceSerial, type DeviceEvent, type DeviceKind } from './states.ts';
import {
  findHolderAgency, findLinkedPath, insertDevice, insertDeviceEvent, insertDeviceLink, lockDevice, markDevice, type DeviceEventRow, type DeviceRow, type LinkSubject, type PlacedDevice,
} from './store.ts';

export interface NewDevice { serial: string; kind: DeviceKind; model?: string | undefined; agencyId: string }

type World = Pick<Services, 'db' | 'now'>;

/**
 * Enters a device in stock of an agency. One serial number is one device, whatever its kind.
 * @throws Problem `invalid-fields`, `outside-your-agency`, `duplicate-request`
 */
export async function registerDevice({ db, now }: World, actor: Actor, input: NewDevice): Promise<PlacedDevice> {
  return db.transaction((tx) => addDevice(tx, actor, input, now()));
}

/** The same inside a transaction that is already open. */
export async function addDevice(tx: Tx, actor: Actor, input: NewDevice, at: Date): Promise<PlacedDevice> {
  const serial = parseDeviceSerial(input.serial);
  if (serial === undefined) throw wrongField('/serial', 'device-serial');
  const agency = await findOpenAgency(tx, actor, input.agencyId);
  const row: DeviceRow = {
    id: randomUUID(), serial, kind: input.kind, model: input.model?.normalize('NFC') ?? null, state: 'in-stock', agencyId: agency.id, officialId: null, createdAt: at, updatedAt: at,
  };
  if (!(await insertDevice(tx, row))) throw new Problem('duplicate-request', { serial });
  await insertDeviceEvent(tx, { ...eventOf(actor, row, at), event: 'registered', fromState: null, happenedOn: dayOf(at), givenBy: null, receivedBy: null, note: null });
  await recordAudit(tx, actor, 'device.registered', { type: 'device', id: row.id }, { before: null, after: row });
  return { ...row, agencyCode: agency.code, agencyPath: agency.path, officialName: null };
}

export interface DeviceHappening {
  event: DeviceEvent;
  /** YYYY-MM-DD in Việt Nam; today, if not given */
  happenedOn?: string | undefined;
  /** names as on the paper of the handover */
  givenBy?: string | undefined;
  receivedBy?: string | undefined;
  /** of a handover: who holds it from now on, an official or an agency's unit */
  officialId?: string | undefined;
  agencyId?: string | undefined;
  note?: string | undefined;
}

/**
 * Records what happened to a device: handed over, returned, locked, unlocked, lost, found, broken, retired.
 * @throws Problem `not-found`, `outside-your-agency`, `state-changed` for what cannot happen in its state, `invalid-fields`
 */
export async function recordDeviceEvent({ db, now }: World, actor: Actor, id: string, happening: DeviceHappening): Promise<PlacedDevice> {
  return db.transaction((tx) => addDeviceEvent(tx, actor, id, { ...happening, at: now() }));
}

/** The same inside a transaction that is already open. */
export async function addDeviceEvent(tx: Tx, actor: Actor, id: string, { at, ...happening }: DeviceHappening & { at: Date }): Promise<PlacedDevice> {
  const before = await lockDevice(tx, id);
  if (!before) throw new Problem('not-found', { device: id });
  requireWithin(actor, before.agencyPath);
  const rule = eventRules[happening.event];
  if (!rule.from.includes(before.state)) throw new Problem('state-changed', { device: before.serial, state: before.state });
  const missing = rule.needs.filter((field) => happening[field] === undefined);
  if (missing.length > 0) throw new Problem('invalid-fields', { errors: missing.map((field) => fieldMistake(`/${field}`, 'required')) });
  const happenedOn = readDay(happening.happenedOn, at);
  const holder = await holderAfter(tx, actor, before, happening);
  // an unlocked device nobody had is back in stock
  const state = happening.event === 'unlocked' && before.officialId === null ? 'in-stock' : rule.to;
  const { agencyCode: _code, agencyPath: _path, officialName: _name, ...row } = before;
  const after: DeviceRow = { ...row, state, ...holder, updatedAt: at };
  await markDevice(tx, after);
  await insertDeviceEvent(tx, {
    ...eventOf(actor, after, at), event: happening.event, fromState: before.state, happenedOn, givenBy: happening.givenBy ?? null,
    receivedBy: happening.receivedBy ?? null, note: happening.note ?? null,
  });
  await recordAudit(tx, actor, `device.${happening.event}`, { type: 'device', id }, { before: row, after: { ...after, happenedOn } });
  return (await lockDevice(tx, id))!;
}

async function holderAfter(tx: Tx, actor: Actor, before: DeviceRow, { event, officialId, agencyId }: DeviceHappening): Promise<Pick<DeviceRow, 'agencyId' | 'officialId'>> {
  if (event === 'returned' || event === 'found') return { agencyId: before.agencyId, officialId: null };
  if (event !== 'handed-over') {
    if (officialId !== undefined || agencyId !== undefined) throw wrongField(officialId === undefined ? '/agencyId' : '/officialId', 'device-by-handover');
    return { agencyId: before.agencyId, officialId: before.officialId };
  }
  if ((officialId === undefined) === (agencyId === undefined)) throw wrongField('/officialId', 'device-receiver');
  if (agencyId !== undefined) return { agencyId: (await findOpenAgency(tx, actor, agencyId)).id, officialId: null };
  const official = await findHolderAgency(tx, officialId!);
  if (!official) throw wrongField('/officialId', 'not-in-register');
  requireWithin(actor, official.agencyPath);
  if (official.left) throw wrongField('/officialId', 'official-left');
  return { agencyId: official.agencyId, officialId: officialId! };
}

/**
 * Says that a certificate or a request belongs to a device, named by its serial number. A later device takes the place of the earlier.
 * @throws Problem `not-found`, `outside-your-agency`, `state-changed` for a device that can hold no key any more
 */
export async function linkDevice({ db, now }: World, actor: Actor, deviceId: string, subject: LinkSubject): Promise<PlacedDevice> {
  return db.transaction(async (tx) => {
    const device = await lockDevice(tx, deviceId);
    if (!device) throw new Problem('not-found', { device: deviceId });
    requireWithin(actor, device.agencyPath);
    if (device.state === 'lost' || device.state === 'broken' || device.state === 'retired') throw new Problem('state-changed', { device: device.serial, state: device.state });
    const linked = await findLinkedPath(tx, subject);
    if (!linked) throw new Problem(subject.type === 'certificate' ? 'certificate-not-found' : 'not-found', { [subject.type]: subject.id });
    requireWithin(actor, linked.agencyPath);
    await insertDeviceLink(tx, deviceId, subject, now());
    await recordAudit(tx, actor, 'device.linked', { type: 'device', id: deviceId }, { before: null, after: subject });
    return device;
  });
}

function eventOf(actor: Actor, row: DeviceRow, at: Date): Pick<DeviceEventRow, 'deviceId' | 'toState' | 'agencyId' | 'officialId' | 'actorId' | 'actorName' | 'recordedAt'> {
  return { deviceId: row.id, toState: row.state, agencyId: row.agencyId, officialId: row.officialId, actorId: actor.id, actorName: actor.name, recordedAt: at };
}

const dayOf = (at: Date): string => new Date(at.getTime() + 7 * 3_600_000).toISOString().slice(0, 10);

function readDay(text: string | undefined, at: Date): string {
  if (text === undefined) return dayOf(at);
  const day = new Date(`${text}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(text) || text > dayOf(at)) throw wrongField('/happenedOn', 'day-past');
  return text;
}
