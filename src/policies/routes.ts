import { z } from 'zod';
import { endpoint, instant } from '../http/endpoint.ts';
import { policyKeys, policyKinds } from './keys.ts';
import { setHoliday, setPolicy } from './set.ts';
import { listHolidays, listPoliciesAt, listPolicyHistory, type PolicyRow } from './store.ts';

const Key = z.enum(policyKeys);
const Value = z.union([z.number().int(), z.boolean(), z.array(z.number().int()).max(20).readonly()]);
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const Policy = z.object({
  id: z.uuid(), key: Key, description: z.string(), value: Value, effectiveFrom: instant, effectiveTo: instant.nullable(),
  source: z.string(), createdAt: instant, createdBy: z.string(),
});
const PolicyList = z.object({ items: z.array(Policy) });

const Holiday = z.object({ day: z.iso.date(), working: z.boolean(), name: z.string(), source: z.string() });

const shown = (row: PolicyRow) => ({ ...row, description: policyKinds[row.key].vi });

/** Terms, windows and counts as data with their dates: readable for all roles, set by administrators. */
export const policyRoutes = [
  endpoint({
    method: 'get', path: '/api/v1/policies', summary: 'List the policies that hold, now or at an instant', allow: 'policy:read',
    query: z.object({ at: moment.optional() }), status: 200, reply: PolicyList, problems: [],
    handle: async ({ services, query }) => ({ items: (await listPoliciesAt(services.db, query.at ?? services.now())).map(shown) }),
  }),
  endpoint({
    method: 'get', path: '/api/v1/policies/:key', summary: 'List every value a policy had, has and will have', allow: 'policy:read',
    params: z.object({ key: Key }), status: 200, reply: PolicyList, problems: [],
    handle: async ({ services, params }) => ({ items: (await listPolicyHistory(services.db, params.key)).map(shown) }),
  }),
  endpoint({
    method: 'post', path: '/api/v1/policies', summary: 'Give a policy a new value from an instant on', allow: 'policy:manage',
    body: z.strictObject({ key: Key, value: Value, effectiveFrom: moment, source: z.string().trim().min(1).max(500) }),
    status: 201, reply: Policy, problems: ['invalid-fields', 'state-changed'],
    handle: async ({ services, actor, body }) => shown(await setPolicy(services, actor, body)),
  }),
  endpoint({
    method: 'get', path: '/api/v1/holidays', summary: 'List days off and exchanged working days', allow: 'policy:read',
    query: z.object({ year: z.coerce.number().int().min(2020).max(2100) }),
    status: 200, reply: z.object({ items: z.array(Holiday) }), problems: [],
    handle: async ({ services, query }) => ({ items: await listHolidays(services.db, `${query.year}-01-01`, `${query.year}-12-31`) }),
  }),
  endpoint({
    method: 'post', path: '/api/v1/holidays', summary: 'Say of a coming day whether it is worked', allow: 'policy:manage',
    body: z.strictObject({
      day: z.iso.date(), working: z.boolean(), name: z.string().trim().min(1).max(200), source: z.string().trim().min(1).max(500),
    }),
    status: 201, reply: Holiday, problems: ['invalid-fields'],
    handle: async ({ services, actor, body }) => setHoliday(services, actor, body),
  }),
];
