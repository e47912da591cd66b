import { z } from 'zod';
import { requireWithin } from '../access/scope.ts';
import { endpoint, instant, pageOf, pageQuery } from '../http/endpoint.ts';
import { Problem } from '../problems.ts';
import { changeOfficial, registerOfficial } from './register.ts';
import { findOfficial, listOfficials } from './store.ts';

const Official = z.object({
  id: z.uuid(), agencyId: z.uuid(), agencyCode: z.string(), name: z.string(), position: z.string(), email: z.string(),
  leftAt: instant.nullable(), createdAt: instant, updatedAt: instant,
});

const clean = (max: number) => z.string().trim().min(1).max(max).refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'no control characters');
const fields = { agencyId: z.uuid(), name: clean(64), position: clean(200), email: z.email().max(254) };
const byId = z.object({ id: z.uuid() });

/** The register of officials, as the certificates name them; each caller sees the own reach. */
export const officialRoutes = [
  endpoint({
    method: 'get', path: '/api/v1/officials', summary: 'Search the officials', allow: 'official:read',
    query: pageQuery.extend({ q: z.string().trim().max(100).optional(), agencyId: z.uuid().optional(), serving: z.stringbool().optional() }),
    status: 200, reply: pageOf(Official), problems: [],
    handle: async ({ services: { db }, actor, query: { q, agencyId, serving, ...page } }) =>
      listOfficials(db, { search: q, agencyId, serving, within: actor.agencyPath }, page),
  }),
  endpoint({
    method: 'get', path: '/api/v1/officials/:id', summary: 'An official', allow: 'official:read',
    params: byId, status: 200, reply: Official, problems: ['not-found', 'outside-your-agency'],
    handle: async ({ services: { db }, actor, params: { id } }) => {
      const official = await findOfficial(db, id);
      if (!official) throw new Problem('not-found', { official: id });
      requireWithin(actor, official.agencyPath);
      return official;
    },
  }),
  endpoint({
    method: 'post', path: '/api/v1/officials', summary: 'Enter an official', allow: 'official:write',
    body: z.strictObject(fields), status: 201, reply: Official, problems: ['invalid-fields', 'duplicate-request', 'outside-your-agency'],
    handle: async ({ services, actor, body }) => registerOfficial(services, actor, body),
  }),
  endpoint({
    method: 'patch', path: '/api/v1/officials/:id', summary: "Change an official's entry: moved, renamed, promoted, left", allow: 'official:write',
    params: byId, body: z.strictObject({ ...fields, left: z.boolean() }).partial(), status: 200, reply: Official,
    problems: ['not-found', 'outside-your-agency', 'invalid-fields', 'duplicate-request'],
    handle: async ({ services, actor, params, body }) => changeOfficial(services, actor, params.id, body),
  }),
];
