import { z } from 'zod';
import { endpoint, instant, pageOf, pageQuery } from '../http/endpoint.ts';
import { Problem } from '../problems.ts';
import { roles } from '../services.ts';
import { setOperatorActive, setOperatorRoles } from './change-operator.ts';
import { createOperator, issueApiKey, revokeApiKey, setOperatorExpiry } from './operators.ts';
import { findOperator, listApiKeys, listOperators } from './store.ts';

const agencyPath = z.string().regex(/^[A-Za-z0-9_]{1,255}(\.[A-Za-z0-9_]{1,255}){0,19}$/);

const Operator = z.object({
  id: z.uuid(), name: z.string(), email: z.string().nullable(), kind: z.enum(['person', 'system']),
  roles: z.array(z.enum(roles)), agencyPath: z.string().nullable(), active: z.boolean(), createdAt: instant, expiresAt: instant.nullable(),
}).meta({ id: 'Operator' });
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const ApiKey = z.object({
  id: z.uuid(), prefix: z.string(), operatorId: z.uuid(), label: z.string(),
  createdAt: instant, expiresAt: instant, revokedAt: instant.nullable(), lastUsedAt: instant.nullable(),
}).meta({ id: 'ApiKey' });

const byId = z.object({ id: z.uuid() });

/** Operators and their API keys: an administrator's business alone. */
export const accessRoutes = [
  endpoint({
    method: 'post', path: '/api/v1/operators', summary: 'Add an operator', allow: 'operator:manage',
    body: z.strictObject({
      name: z.string().trim().min(1).max(200), email: z.email().max(254).optional(), kind: z.enum(['person', 'system']).default('person'),
      roles: z.array(z.enum(roles)).min(1).max(roles.length), agencyPath: agencyPath.optional(), expiresAt: moment.optional(),
    }),
    status: 201, reply: Operator, problems: ['invalid-fields'],
    handle: async ({ services, actor, body }) => createOperator(services, actor, body),
  }),
  endpoint({
    method: 'get', path: '/api/v1/operators', summary: 'List operators', allow: 'operator:manage', query: pageQuery,
    status: 200, reply: pageOf(Operator), problems: [],
    handle: async ({ services, query }) => listOperators(services.db, query),
  }),
  endpoint({
    method: 'put', path: '/api/v1/operators/:id/expiry', summary: "Set or lift the end of an operator's appointment", allow: 'operator:manage',
    params: byId, body: z.strictObject({ expiresAt: moment.nullable() }), status: 200, reply: Operator, problems: ['not-found', 'invalid-fields'],
    handle: async ({ services, actor, params, body }) => setOperatorExpiry(services, actor, params.id, body.expiresAt),
  }),
  endpoint({
    method: 'put', path: '/api/v1/operators/:id/roles', summary: 'Give an operator other roles and another reach', allow: 'operator:manage',
    params: byId, body: z.strictObject({ roles: z.array(z.enum(roles)).min(1).max(roles.length), agencyPath: agencyPath.nullable() }), status: 200, reply: Operator,
    problems: ['not-found', 'invalid-fields', 'last-administrator'],
    handle: async ({ services, actor, params, body }) => setOperatorRoles(services, actor, { id: params.id, ...body }),
  }),
  endpoint({
    method: 'put', path: '/api/v1/operators/:id/state', summary: 'Switch an operator off at once, or on again', allow: 'operator:manage',
    params: byId, body: z.strictObject({ active: z.boolean() }), status: 200, reply: Operator, problems: ['not-found', 'last-administrator'],
    handle: async ({ services, actor, params, body }) => setOperatorActive(services, actor, { id: params.id, ...body }),
  }),
  endpoint({
    method: 'post', path: '/api/v1/operators/:id/api-keys', summary: 'Make an API key, shown this once', allow: 'operator:manage',
    params: byId, body: z.strictObject({ label: z.string().trim().min(1).max(200), days: z.int().min(1).max(1095).default(365) }),
    status: 201, reply: ApiKey.extend({ token: z.string() }).meta({ id: 'NewApiKey' }), problems: ['not-found'],
    handle: async ({ services, actor, params, body }) => issueApiKey(services, actor, { operatorId: params.id, ...body }),
  }),
  endpoint({
    method: 'get', path: '/api/v1/operators/:id/api-keys', summary: 'List the API keys of an operator', allow: 'operator:manage',
    params: byId, status: 200, reply: z.object({ items: z.array(ApiKey) }), problems: ['not-found'],
    handle: async ({ services, params }) => {
      if (!(await findOperator(services.db, params.id))) throw new Problem('not-found', { id: params.id });
      return { items: await listApiKeys(services.db, params.id) };
    },
  }),
  endpoint({
    method: 'post', path: '/api/v1/api-keys/:id/revocation', summary: 'Withdraw an API key at once', allow: 'operator:manage',
    params: byId, status: 200, reply: ApiKey, problems: ['not-found'],
    handle: async ({ services, actor, params }) => revokeApiKey(services, actor, params.id),
  }),
];
