import { z } from 'zod';
import { endpoint, instant, pageOf, pageQuery } from '../http/endpoint.ts';
import { wrongField } from '../field-mistakes.ts';
import { askIdentityCheck } from './check-identity.ts';
import { findOfficialsByNumber, getOfficial, revealPersonalData, showOfficials } from './find.ts';
import { changeOfficial, registerOfficial, type EnteredOfficial } from './register.ts';
import { checkStates, listOfficials, listTransfers } from './store.ts';
import { askTransfer, decideTransfer, getTransfer } from './transfer.ts';
import type { Services } from '../services.ts';

const Official = z.object({
  id: z.uuid(), agencyId: z.uuid(), agencyCode: z.string(), name: z.string(), position: z.string(), email: z.string(),
  leftAt: instant.nullable(), createdAt: instant, updatedAt: instant,
  nationalId: z.string().nullable().meta({ description: 'masked: 0010********' }),
  identityCheck: z.enum(checkStates).meta({ description: 'what the national population database said; not-checked: nobody was asked' }),
  identityCheckedAt: instant.nullable(), identityTransactionId: z.string().nullable(),
  devices: z.array(z.object({ serial: z.string(), kind: z.string() })),
});
const Entered = Official.extend({ warnings: z.array(z.string()) });
const WholeOfficial = Official.extend({
  history: z.array(z.object({
    agencyId: z.uuid(), agencyCode: z.string(), agencyName: z.string(), name: z.string(), position: z.string(), email: z.string(), validFrom: instant, validTo: instant.nullable(),
  })),
});
const Transfer = z.object({
  id: z.uuid(), officialId: z.uuid(), officialName: z.string(), fromAgencyCode: z.string(), toAgencyCode: z.string(), position: z.string(), email: z.string(),
  note: z.string().nullable(), state: z.enum(['asked', 'released', 'refused']), askedBy: z.string(), askedAt: instant,
  decidedBy: z.string().nullable(), decidedAt: instant.nullable(), reason: z.string().nullable(),
});

const clean = (max: number) => z.string().trim().min(1).max(max).refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'no control characters');
const fields = { agencyId: z.uuid(), name: clean(64), position: clean(200), email: z.email().max(254) };
// no pattern of zod's here: what was sent must not come back in a message
const nationalId = z.string().max(40);
const personal = { nationalId: nationalId.optional(), birthDate: z.string().max(20).optional(), mobile: z.string().max(30).optional(), sex: z.enum(['male', 'female']).optional() };
const byId = z.object({ id: z.uuid() });

/** The register of officials, as the certificates name them; each caller sees the own reach. */
export const officialRoutes = [
  endpoint({
    method: 'get', path: '/api/v1/officials', summary: 'Search the officials', allow: 'official:read',
    query: pageQuery.extend({ q: z.string().trim().max(100).optional(), agencyId: z.uuid().optional(), serving: z.stringbool().optional() }),
    status: 200, reply: pageOf(Official), problems: [],
    handle: async ({ services, actor, query: { q, agencyId, serving, ...page } }) => {
      const { items, next } = await listOfficials(services.db, { search: q, agencyId, serving, within: actor.agencyPath }, page);
      return { items: await showOfficials(services, items), next };
    },
  }),
  endpoint({
    method: 'post', path: '/api/v1/officials/search', summary: 'Find a person by the exact identity number; recorded', allow: 'official:read',
    body: z.strictObject({ nationalId }), status: 200, reply: z.object({ items: z.array(Official) }), problems: ['invalid-fields'],
    handle: async ({ services, actor, body }) => ({ items: await findOfficialsByNumber(services, actor, twelveDigits(body.nationalId)) }),
  }),
  endpoint({
    method: 'get', path: '/api/v1/officials/transfers', summary: 'Transfers from and to the own agencies', allow: 'official:read',
    query: pageQuery.extend({ state: z.enum(['asked', 'released', 'refused']).optional() }), status: 200, reply: pageOf(Transfer), problems: [],
    handle: async ({ services, actor, query: { state, ...page } }) => listTransfers(services.db, { within: actor.agencyPath, state }, page),
  }),
  endpoint({
    method: 'post', path: '/api/v1/officials/transfers', summary: 'Ask for a person who serves in another agency', allow: 'official:write',
    body: z.strictObject({ nationalId, toAgencyId: z.uuid(), position: fields.position, email: fields.email, note: clean(2000).optional() }),
    status: 201, reply: Transfer, problems: ['invalid-fields', 'not-found', 'duplicate-request', 'outside-your-agency'],
    handle: async ({ services, actor, body }) => askTransfer(services, actor, { ...body, nationalId: twelveDigits(body.nationalId) }),
  }),
  endpoint({
    method: 'get', path: '/api/v1/officials/transfers/:id', summary: 'A transfer', allow: 'official:read',
    params: byId, status: 200, reply: Transfer, problems: ['not-found', 'outside-your-agency'],
    handle: async ({ services, actor, params: { id } }) => getTransfer(services, actor, id),
  }),
  endpoint({
    method: 'post', path: '/api/v1/officials/transfers/:id/decision', summary: 'Release a person to the agency that asks, or refuse', allow: 'official:write',
    params: byId, body: z.strictObject({ decision: z.enum(['release', 'refuse']), reason: clean(2000).optional() }), status: 200, reply: Transfer,
    problems: ['not-found', 'outside-your-agency', 'own-request', 'request-already-decided', 'state-changed', 'invalid-fields', 'duplicate-request'],
    handle: async ({ services, actor, params, body }) => decideTransfer(services, actor, params.id, body),
  }),
  endpoint({
    method: 'get', path: '/api/v1/officials/:id', summary: 'An official, with where they stood when', allow: 'official:read',
    params: byId, status: 200, reply: WholeOfficial, problems: ['not-found', 'outside-your-agency'],
    handle: async ({ services, actor, params: { id } }) => getOfficial(services, actor, id),
  }),
  endpoint({
    method: 'post', path: '/api/v1/officials', summary: 'Enter an official', allow: 'official:write',
    body: z.strictObject({ ...fields, ...personal }), status: 201, reply: Entered,
    problems: ['invalid-fields', 'duplicate-request', 'person-elsewhere', 'outside-your-agency'],
    handle: async ({ services, actor, body }) => shown(services, await registerOfficial(services, actor, body)),
  }),
  endpoint({
    method: 'patch', path: '/api/v1/officials/:id', summary: "Change an official's entry: moved, renamed, promoted, left", allow: 'official:write',
    params: byId, body: z.strictObject({ ...fields, ...personal, left: z.boolean() }).partial(), status: 200, reply: Entered,
    problems: ['not-found', 'outside-your-agency', 'invalid-fields', 'duplicate-request', 'person-elsewhere'],
    handle: async ({ services, actor, params, body }) => shown(services, await changeOfficial(services, actor, params.id, body)),
  }),
  endpoint({
    method: 'post', path: '/api/v1/officials/:id/personal-data', summary: 'Identity number, birth date and mobile number in full; recorded with its purpose', allow: 'official:reveal',
    params: byId, body: z.strictObject({ purpose: clean(500) }), status: 200, problems: ['not-found', 'outside-your-agency', 'invalid-fields'],
    reply: z.object({ nationalId: z.string().nullable(), birthDate: z.string().nullable(), mobile: z.string().nullable() }),
    handle: async ({ services, actor, params, body }) => revealPersonalData(services, actor, params.id, body.purpose),
  }),
  endpoint({
    method: 'post', path: '/api/v1/officials/:id/identity-check', summary: 'Compare with the national population database (again)', allow: 'official:write',
    params: byId, status: 202, reply: WholeOfficial, problems: ['not-found', 'outside-your-agency', 'identity-check-off', 'invalid-fields'],
    handle: async ({ services, actor, params: { id } }) => {
      await askIdentityCheck(services, actor, id);
      return getOfficial(services, actor, id);
    },
  }),
];

async function shown(services: Services, official: EnteredOfficial): Promise<z.input<typeof Entered>> {
  const [one] = await showOfficials(services, [official]);
  return { ...one!, warnings: official.warnings };
}

function twelveDigits(text: string): string {
  if (!/^[0-9]{12}$/.test(text)) throw wrongField('/nationalId', 'national-id-digits');
  return text;
}
