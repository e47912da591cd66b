import { z } from 'zod';
import { endpoint, instant, pageOf, pageQuery } from '../http/endpoint.ts';
import { getDevice } from './find.ts';
import { linkDevice, recordDeviceEvent, registerDevice } from './register.ts';
import { deviceEvents, deviceKinds, deviceStates, parseDeviceSerial } from './states.ts';
import { listDevices } from './store.ts';

const Device = z.object({
  id: z.uuid(), serial: z.string(), kind: z.enum(deviceKinds), model: z.string().nullable(), state: z.enum(deviceStates),
  agencyId: z.uuid(), agencyCode: z.string(), officialId: z.uuid().nullable(), officialName: z.string().nullable(), createdAt: instant, updatedAt: instant,
});
const WholeDevice = Device.extend({
  events: z.array(z.object({
    event: z.enum(['registered', ...deviceEvents]), fromState: z.enum(deviceStates).nullable(), toState: z.enum(deviceStates), happenedOn: z.string(),
    givenBy: z.string().nullable(), receivedBy: z.string().nullable(), agencyCode: z.string(), officialId: z.uuid().nullable(), officialName: z.string().nullable(),
    note: z.string().nullable(), actorName: z.string(), recordedAt: instant,
  })),
  links: z.array(z.object({ type: z.enum(['certificate', 'request']), id: z.uuid(), linkedAt: instant })),
});

const clean = (max: number) => z.string().trim().min(1).max(max).refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'no control characters');
const note = z.string().trim().min(1).max(2000);
const byId = z.object({ id: z.uuid() });
const idOrSerial = (text: string): { id: string } | { serial: string } => (z.uuid().safeParse(text).success ? { id: text } : { serial: text });

/** The register of the devices that hold private keys; each caller sees those of the own agencies. */
export const deviceRoutes = [
  endpoint({
    method: 'get', path: '/api/v1/devices', summary: 'Search the devices', allow: 'device:read',
    query: pageQuery.extend({
      serial: z.string().max(80).optional(), kind: z.enum(deviceKinds).optional(), state: z.enum(deviceStates).optional(), agencyId: z.uuid().optional(), officialId: z.uuid().optional(),
    }),
    status: 200, reply: pageOf(Device), problems: [],
    handle: async ({ services: { db }, actor, query: { serial, after, limit, ...filter } }) =>
      listDevices(db, { ...filter, within: actor.agencyPath, serial: serial === undefined ? undefined : parseDeviceSerial(serial) ?? serial }, { after, limit }),
  }),
  endpoint({
    method: 'get', path: '/api/v1/devices/:id', summary: 'A device by id or serial number, with its handovers and locks', allow: 'device:read',
    params: z.object({ id: z.string().max(80) }), status: 200, reply: WholeDevice, problems: ['not-found', 'outside-your-agency'],
    handle: async ({ services: { db }, actor, params: { id } }) => getDevice(db, actor, idOrSerial(id)),
  }),
  endpoint({
    method: 'post', path: '/api/v1/devices', summary: 'Enter a device', allow: 'device:write',
    body: z.strictObject({ serial: z.string().max(100), kind: z.enum(deviceKinds), model: clean(100).optional(), agencyId: z.uuid() }), status: 201, reply: Device,
    problems: ['invalid-fields', 'duplicate-request', 'outside-your-agency'],
    handle: async ({ services, actor, body }) => registerDevice(services, actor, body),
  }),
  endpoint({
    method: 'post', path: '/api/v1/devices/:id/events', summary: 'Record a handover, a return, a lock or unlock, a loss', allow: 'device:write', params: byId,
    body: z.strictObject({
      event: z.enum(deviceEvents), happenedOn: z.string().max(10).optional(), givenBy: clean(200).optional(), receivedBy: clean(200).optional(),
      officialId: z.uuid().optional(), agencyId: z.uuid().optional(), note: note.optional(),
    }),
    status: 201, reply: Device, problems: ['not-found', 'outside-your-agency', 'state-changed', 'invalid-fields'],
    handle: async ({ services, actor, params, body }) => recordDeviceEvent(services, actor, params.id, body),
  }),
  endpoint({
    method: 'post', path: '/api/v1/devices/:id/links', summary: 'Say which certificate or request belongs to the device', allow: 'device:write', params: byId,
    body: z.strictObject({ type: z.enum(['certificate', 'request']), id: z.uuid() }), status: 201, reply: Device,
    problems: ['not-found', 'certificate-not-found', 'outside-your-agency', 'state-changed'],
    handle: async ({ services, actor, params, body }) => linkDevice(services, actor, params.id, body),
  }),
];
