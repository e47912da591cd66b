import { z } from 'zod';
import { binary, endpoint, instant, pageOf, pageQuery } from '../http/endpoint.ts';
import { Problem } from '../problems.ts';
import { closeAgency } from './close.ts';
import { createAgency, renameAgency } from './create.ts';
import { exportAgencies } from './export.ts';
import { findAgencyByCode } from './find.ts';
import { importAgencies } from './import.ts';
import { findAgency, findAgencyDetails, listAgencies, listRegistrars, type NamedAgency } from './store.ts';

const kind = z.enum(['province', 'ministry', 'unit']);

const Agency = z.object({
  id: z.uuid(), code: z.string(), kind, name: z.string(), certificateName: z.string(), path: z.string(), unitCode: z.string().nullable(),
  locality: z.string().nullable(), validFrom: instant, validTo: instant.nullable(), toBeConfirmed: z.boolean(), source: z.string().nullable(),
});
const WholeAgency = Agency.extend({
  parentCode: z.string().nullable(), successorCode: z.string().nullable(), predecessorCodes: z.array(z.string()), aliases: z.array(z.string()),
  names: z.array(z.object({ name: z.string(), certificateName: z.string(), validFrom: instant, validTo: instant.nullable() })),
  seals: z.array(z.object({ id: z.uuid(), serialNumber: z.string(), state: z.enum(['issued', 'revoked', 'on_hold']), notBefore: instant, notAfter: instant })),
});

const clean = (max: number) => z.string().trim().min(1).max(max).refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'no control characters');
const code = z.string().max(35);

const NewName = z.strictObject({ name: clean(250), certificateName: clean(64).optional() });
const NewAgency = NewName.extend({
  code, unitCode: z.string().regex(/^([0-9]{2}|[0-9]{5})$/).optional(), locality: clean(128).optional(), aliases: z.array(code).max(20).optional(),
});

const line = z.object({ line: z.number(), code: z.string() });
const names = z.object({ name: z.string(), certificateName: z.string() });
const details = z.object({ unitCode: z.string().nullable(), locality: z.string().nullable() });
const Import = z.object({
  dryRun: z.boolean(), lines: z.number(), unchanged: z.number(),
  added: z.array(line.extend({ name: z.string(), aliases: z.array(z.string()) })),
  renamed: z.array(line.extend({ before: names, after: names })),
  changed: z.array(line.extend({ before: details, after: details, aliasesAdded: z.array(z.string()) })),
  closed: z.array(line.extend({ validTo: instant, successor: z.string().nullable() })),
  refused: z.array(z.object({ line: z.number(), column: z.string().nullable(), message: z.string() })),
}).meta({ description: 'what a file changes, or would change; lines count from 1 with the header' });
const Registrar = z.object({
  id: z.uuid(), name: z.string(), email: z.string().nullable(), agencyPath: z.string(), agencyCode: z.string().nullable(), expiresAt: instant.nullable(),
});
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const maxImportBytes = 16_777_216;

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
    method: 'get', path: '/api/v1/agencies/export', summary: 'The register of agencies as CSV, as the import reads it', allow: 'agency:read',
    query: z.object({ under: code.optional() }), accepts: ['text/csv'], status: 200, reply: z.string(), problems: ['not-found'],
    handle: async ({ services, query: { under } }) => binary(await exportAgencies(services, under), 'text/csv; charset=utf-8; header=present', 'agencies.csv'),
  }),
  endpoint({
    method: 'post', path: '/api/v1/agencies/import', allow: 'agency:write',
    summary: 'Bring the register up to date from CSV; without dryRun=false it only shows what would change',
    upload: { maxBytes: maxImportBytes, files: ['file'] }, body: z.strictObject({ dryRun: z.stringbool().default(true) }),
    status: 200, reply: Import, problems: ['invalid-fields', 'unsupported-format', 'too-large', 'malformed-request'],
    handle: async ({ services, actor, files, body, language }) => {
      const report = await importAgencies(services, actor, files['file']!.bytes, body);
      return { ...report, refused: report.refused.map((refusal) => ({ ...refusal, message: refusal.message[language] })) };
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
  endpoint({
    method: 'post', path: '/api/v1/agencies/:id/closure', summary: 'Close an agency, or name the successor of a closed one', allow: 'agency:write',
    params: z.object({ id: z.uuid() }), body: z.strictObject({ closedAt: moment.optional(), successorCode: code.optional() }), status: 201, reply: Agency,
    problems: ['invalid-fields', 'not-found', 'state-changed', 'outside-your-agency'],
    handle: async ({ services, actor, params, body }) => closeAgency(services, actor, params.id, body),
  }),
  endpoint({
    method: 'get', path: '/api/v1/agencies/:id/registrars', summary: 'Who submits and confirms for an agency', allow: 'agency:read',
    params: z.object({ id: z.string().max(36) }), status: 200, reply: z.object({ items: z.array(Registrar) }), problems: ['not-found'],
    handle: async ({ services: { db, now }, params: { id } }) => {
      const agency = found(await findAgency(db, byIdOrCode(id)), id);
      return { items: await listRegistrars(db, agency.path, now()) };
    },
  }),
];

function found(agency: NamedAgency | undefined, asked: string): NamedAgency {
  if (!agency) throw new Problem('not-found', { agency: asked });
  return agency;
}
