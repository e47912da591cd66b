import type { Knex } from 'knex';
import { findPage, type Page, type PageRequest } from '../database/paging.ts';
import type { Tx } from '../services.ts';
import type { DeviceEvent, DeviceKind, DeviceState } from './states.ts';

export interface DeviceRow {
  id: string;
  serial: string;
  kind: DeviceKind;
  model: string | null;
  state: DeviceState;
  /** the agency that answers for it */
  agencyId: string;
  /** who holds it; null in stock, or where a unit uses it */
  officialId: string | null;
  createdAt: Date;
  updatedAt: Date;
}
export type PlacedDevice = DeviceRow & { agencyCode: string; agencyPath: string; officialName: string | null };

const placed = (db: Knex): Knex.QueryBuilder => db('devices as d').join('agencies as a', 'a.id', 'd.agencyId').leftJoin('officials as o', 'o.id', 'd.officialId')
  .select('d.id', 'd.serial', 'd.kind', 'd.model', 'd.state', 'd.agencyId', 'd.officialId', 'd.createdAt', 'd.updatedAt', 'a.code as agencyCode', 'a.path as agencyPath',
    'o.name as officialName');

/** By id or by serial number in the register's form. */
export async function findDevice(db: Knex, by: { id: string } | { serial: string }): Promise<PlacedDevice | undefined> {
  return (await placed(db).where('id' in by ? { 'd.id': by.id } : { 'd.serial': by.serial }).first()) as PlacedDevice | undefined;
}

export async function lockDevice(tx: Tx, id: string): Promise<PlacedDevice | undefined> {
  return (await placed(tx).where('d.id', id).forUpdate('d').first()) as PlacedDevice | undefined;
}

export interface DeviceFilter {
  /** only this path and below; the caller's own reach */
  within?: string | undefined;
  /** the beginning of a serial number */
  serial?: string | undefined;
  kind?: DeviceKind | undefined;
  state?: DeviceState | undefined;
  agencyId?: string | undefined;
  officialId?: string | undefined;
}

export async function listDevices(db: Knex, filter: DeviceFilter, page: PageRequest): Promise<Page<PlacedDevice>> {
  const query = placed(db);
  if (filter.within !== undefined) void query.whereRaw('a.path <@ ?::ltree', [filter.within]);
  if (filter.serial !== undefined) void query.whereRaw('starts_with(d.serial, ?)', [filter.serial]);
  for (const field of ['kind', 'state', 'agencyId', 'officialId'] as const) {
    const value = filter[field];
    if (value !== undefined) void query.where(`d.${field}`, value);
  }
  return findPage<PlacedDevice>(query, ['d.id'], page);
}

/** False if the serial number is taken. */
export async function insertDevice(tx: Tx, row: DeviceRow): Promise<boolean> {
  return (await tx('devices').insert(row).onConflict().ignore().returning('id')).length === 1;
}

export async function markDevice(tx: Tx, { id, state, agencyId, officialId, updatedAt }: DeviceRow): Promise<void> {
  await tx('devices').where({ id }).update({ state, agencyId, officialId, updatedAt });
}

export interface DeviceEventRow {
  deviceId: string;
  event: 'registered' | DeviceEvent;
  fromState: DeviceState | null;
  toState: DeviceState;
  /** YYYY-MM-DD in Việt Nam */
  happenedOn: string;
  givenBy: string | null;
  receivedBy: string | null;
  agencyId: string;
  officialId: string | null;
  note: string | null;
  actorId: string;
  actorName: string;
  recordedAt: Date;
}

export async function insertDeviceEvent(tx: Tx, row: DeviceEventRow): Promise<void> {
  await tx('device_events').insert(row);
}

/** What happened to a device, the newest first. */
export async function listDeviceEvents(db: Knex, deviceId: string): Promise<(DeviceEventRow & { agencyCode: string; officialName: string | null })[]> {
  return db('device_events as e').join('agencies as a', 'a.id', 'e.agencyId').leftJoin('officials as o', 'o.id', 'e.officialId')
    .where('e.deviceId', deviceId).orderBy('e.number', 'desc')
    .select('e.deviceId', 'e.event', 'e.fromState', 'e.toState', 'e.happenedOn', 'e.givenBy', 'e.receivedBy', 'e.agencyId', 'e.officialId', 'e.note', 'e.actorId',
      'e.actorName', 'e.recordedAt', 'a.code as agencyCode', 'o.name as officialName') as Promise<(DeviceEventRow & { agencyCode: string; officialName: string | null })[]>;
}

export interface LinkSubject { type: 'certificate' | 'request'; id: string }

/** Where the certificate or request that is to be linked belongs. */
export async function findLinkedPath(db: Knex, { type, id }: LinkSubject): Promise<{ agencyPath: string | null } | undefined> {
  if (type === 'certificate') return db('certificates').where({ id }).first('agencyPath') as Promise<{ agencyPath: string | null } | undefined>;
  return db('requests as r').join('agencies as a', 'a.id', 'r.agencyId').where('r.id', id).first('a.path as agencyPath') as Promise<{ agencyPath: string } | undefined>;
}

export async function insertDeviceLink(tx: Tx, deviceId: string, { type, id }: LinkSubject, linkedAt: Date): Promise<void> {
  await tx('device_links').insert({ subjectType: type, subjectId: id, deviceId, linkedAt }).onConflict(['subject_type', 'subject_id']).merge();
}

/** The device of a request about a certificate: its own, else the certificate's, else that of the request the certificate came of. */
export async function findDeviceIdOf(db: Knex, requestId: string, certificateId: string): Promise<string | undefined> {
  const { rows } = await db.raw<{ rows: { deviceId: string }[] }>(
    `select l.device_id from (values (1, 'request', ?::uuid), (2, 'certificate', ?::uuid), (3, 'request', (select request_id from certificates where id = ?))) as s (rank, type, id)
     join device_links l on l.subject_type = s.type and l.subject_id = s.id order by s.rank limit 1`, [requestId, certificateId, certificateId]);
  return rows[0]?.deviceId;
}

/** What belongs to a device; a certificate that came of a linked request belongs to it as well, unless it was put on another. */
export async function listDeviceLinks(db: Knex, deviceId: string): Promise<(LinkSubject & { linkedAt: Date })[]> {
  const { rows } = await db.raw<{ rows: (LinkSubject & { linkedAt: Date })[] }>(
    `select subject_type as type, subject_id as id, linked_at from device_links where device_id = ?
     union all
     select 'certificate', c.id, l.linked_at from device_links l join certificates c on c.request_id = l.subject_id and c.state <> 'void'
     where l.device_id = ? and l.subject_type = 'request' and not exists (select 1 from device_links x where x.subject_type = 'certificate' and x.subject_id = c.id)
     order by linked_at, type, id`, [deviceId, deviceId]);
  return rows;
}

/** Where an official stands who is to hold a device. */
export async function findHolderAgency(db: Knex, officialId: string): Promise<{ agencyId: string; agencyPath: string; left: boolean } | undefined> {
  return db('officials as o').join('agencies as a', 'a.id', 'o.agencyId').where('o.id', officialId)
    .first('o.agencyId', 'a.path as agencyPath', db.raw('o.left_at is not null as "left"')) as Promise<{ agencyId: string; agencyPath: string; left: boolean } | undefined>;
}
