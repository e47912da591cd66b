import type { Knex } from 'knex';
import { requireWithin } from '../access/scope.ts';
import { Problem } from '../problems.ts';
import type { Actor } from '../services.ts';
import { parseDeviceSerial } from './states.ts';
import { findDevice, listDeviceEvents, listDeviceLinks, type PlacedDevice } from './store.ts';

/** A device within the actor's reach, by id or by serial number as it is printed. @throws Problem `not-found`, `outside-your-agency` */
export async function findOwnDevice(db: Knex, actor: Actor, by: { id: string } | { serial: string }): Promise<PlacedDevice> {
  const key = 'id' in by ? by : { serial: parseDeviceSerial(by.serial) ?? '' };
  const device = await findDevice(db, key);
  if (!device) throw new Problem('not-found', { device: 'id' in by ? by.id : by.serial });
  requireWithin(actor, device.agencyPath);
  return device;
}

/** The same with all that happened to it and what it holds. */
export async function getDevice(db: Knex, actor: Actor, by: { id: string } | { serial: string }): Promise<
  PlacedDevice & { events: Awaited<ReturnType<typeof listDeviceEvents>>; links: Awaited<ReturnType<typeof listDeviceLinks>> }
> {
  const device = await findOwnDevice(db, actor, by);
  return { ...device, events: await listDeviceEvents(db, device.id), links: await listDeviceLinks(db, device.id) };
}
