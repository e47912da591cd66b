import { z } from 'zod';
import { endpoint, instant, pageOf, pageQuery } from '../http/endpoint.ts';
import { Problem } from '../problems.ts';
import { createAgency, renameAgency } from './create.ts';
import { findAgencyByCode } from './find.ts';
import { findAgency, findAgencyDetails, listAgencies, type NamedAgency } from './store.ts';

const kind = z.enum(['province', 'ministry', 'unit']);

const Agency = z.object({
  id: z.uuid(), code: z.string(), kind, name: z.string(), certificateName: z.string(), path: z.string(), unitCode: z.string().nullable(),
  locality: z.string().nullable(), validFrom: instant, validTo: instant.nullable(), toBeConfirmed: z.boolean(), source: z.string().nullable(),
});
const WholeAgency = Agency.extend({
  parentCode: z.string().nullable(), successorCode: z.string().nullable(), aliases: z.array(z.string()),
  names: z.array(z.object({ name: z.string(), certificateName: z.string(), validFrom: instant, validTo: instant.nullable() })),
});

const clean = (max: number) => z.string().trim().min(1).max(max).refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'no control characters');
const code = z.string().max(35);

const NewName = z.strictObject({ name: clean(250), certificateName: clean(64).optional() });
const NewAgency = NewName.extend({
  code, unitCode: z.string().regex(/^([0-9]{2}|[0-9]{5})$/).optional(), locality: clean(128).optional(), aliases: z.array(code).max(20).optional(),
});

const byIdOrCode = (text: string): { id: string } | { code: string } => (z.uuid().safeParse(text).success ? { id: text } : { code: text });

/** The register of agencies: identifier codes, the tree, names with their history. */
export const agencyRoutes = [
  endpoint({
    method: 'get', path: '/api/v1/agencies', summary: 'Search the agencies', allow: 'agency:read',
    query: pageQuery.extend({ q: z.string().trim().max(100).optional(), under: code.optional(), kind: kind.optional(), closed: z.stringbool().optional() }),
    status: 200, reply: pageOf(Agency), problems: ['not-found'],
    handle: async ({ services: { db }, query: { q, under, kind: ofKind, closed, ...page } }) => {
      const top = under === undefined ? undefined : await findAgencyByCode(db, under);
      return listAgencies(db, { search: q, under: top?.path, kind: ofKind, closed }, page);
    },
  }),
  endpoint({
    method: 'get', path: '/api/v1/agencies/:id', summary: 'An agency by id or by code, in either form of the code', allow: 'agency:read',
    params: z.object({ id: z.string().max(36) }), status: 200, reply: WholeAgency, problems: ['not-found'],
    handle: async ({ services: { db }, params: { id } }) => {
      const agency = found(await findAgency(db, byIdOrCode(id)), id);
      return { ...agency, ...(await findAgencyDetails(db, agency)) };
    },
  }),
  endpoint({
    method: 'post', path: '/api/v1/agencies', summary: 'Enter an agency under the one its code names', allow: 'agency:write',
    body: NewAgency, status: 201, reply: Agency, problems: ['invalid-fields', 'duplicate-request', 'outside-your-agency'],
    handle: async ({ services, actor, body }) => createAgency(services, actor, body),
  }),
  endpoint({
    method: 'post', path: '/api/v1/agencies/:id/names', summary: 'Give an agency a new name from now on', allow: 'agency:write',
    params: z.object({ id: z.uuid() }), body: NewName, status: 201, reply: Agency,
    problems: ['invalid-fields', 'not-found', 'state-changed', 'outside-your-agency'],
    handle: async ({ services, actor, params, body }) => renameAgency(services, actor, params.id, body),
  }),
];

function found(agency: NamedAgency | undefined, asked: string): NamedAgency {
  if (!agency) throw new Problem('not-found', { agency: asked });
  return agency;
}
