import { z } from 'zod';
import { bulkDecisions } from '../bulk/decide.ts';
import { BulkJob, BulkLine } from '../bulk/routes.ts';
import { listPlannedLines, writePlannedResults } from '../bulk/planned.ts';
import { binary, endpoint, instant, pageOf, pageQuery } from '../http/endpoint.ts';
import { decideReorganisation } from './decide.ts';
import { askNewCertificate, fetchNewCertificate, getSuccession } from './link.ts';
import { planReorganisation } from './plan.ts';
import { findReorganisations, getReorganisation } from './show.ts';
import { listFatesPage, listPeople } from './store.ts';

const code = z.string().trim().min(1).max(35);
const text = (max: number) => z.string().trim().min(1).max(max).refine((s) => !/[\p{Cc}\p{Cs}]/u.test(s), 'no control characters');
const names = { name: text(250), certificateName: text(64).optional() };
const body = { code, ...names, locality: text(128).optional() };
const officials = z.array(z.uuid()).max(100_000);
const Action = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('merge-into-new'), agencies: z.array(code).min(1).max(500), into: z.strictObject(body), sealOf: code.optional() }),
  z.strictObject({ type: z.literal('merge-into-existing'), agencies: z.array(code).min(1).max(500), into: code }),
  z.strictObject({ type: z.literal('split'), agency: code, into: z.array(z.strictObject({ ...body, officials: officials.optional() })).min(1).max(100) }),
  z.strictObject({ type: z.literal('rename'), agency: code, ...names }),
  z.strictObject({ type: z.literal('dissolve'), agency: code, successor: code.optional() }),
  z.strictObject({ type: z.literal('move'), officials: officials.min(1), to: code }),
]);

const Plan = z.object({ id: z.uuid(), title: z.string(), legalBasis: z.string(), state: z.string(), overlapDays: z.int(), sameKey: z.boolean(), createdAt: instant, appliedAt: instant.nullable() });
const Steps = z.object({ done: z.int(), of: z.int() });
const Reorganisation = Plan.extend({
  actions: z.array(z.unknown()), people: z.int(), registers: z.object({ agencies: Steps, people: Steps }), certificates: z.array(z.object({ kind: z.string(), profile: z.string(), ground: z.string().nullable(), count: z.int() })), contentHash: z.string(),
  ...BulkJob.pick({ lines: true, counts: true, rate: true, crl: true, approvals: true, submittedBy: true, submittedName: true, reason: true, startedAt: true, finishedAt: true }).shape,
});
const AgencyFate = z.object({
  agencyId: z.uuid(), code: z.string(), fate: z.string(), successorId: z.uuid().nullable(), successorCode: z.string().nullable(), name: z.string(), certificateName: z.string(), locality: z.string().nullable(),
});
const Person = z.object({ officialId: z.uuid(), name: z.string(), email: z.string(), fromAgencyId: z.uuid(), toAgencyId: z.uuid().nullable() });
const Succession = z.object({ reorganisation: z.string(), state: z.enum(['issued', 'asked', 'requested', 'over']), endsAt: instant, newCertificateId: z.uuid().nullable(), requestId: z.uuid().nullable() });
const byId = z.object({ id: z.uuid() });
const byToken = z.object({ token: z.string().regex(/^[\w-]{43}$/, 'is no link of ours') });
const path = '/api/v1/reorganisations';
const read = { allow: 'request:read', status: 200, problems: ['not-found', 'outside-your-agency'] } as const;

/** Merging, splitting, renaming and dissolving agencies, with all their people and certificates; and the links their holders get. */
export const reorganisationRoutes = [
  endpoint({
    method: 'post', path, summary: 'Draw up a reorganisation; nothing happens before two others approve', allow: 'reorganisation:plan',
    body: z.strictObject({ title: text(200), legalBasis: text(500), actions: z.array(Action).min(1).max(1_000), overlapDays: z.int().min(0).max(1_825).optional() }),
    status: 201, reply: Reorganisation, problems: ['invalid-fields', 'duplicate-request', 'outside-your-agency', 'not-found'],
    handle: async ({ services, actor, body: order }) => getReorganisation(services.db, actor, (await planReorganisation(services, actor, order)).id),
  }),
  endpoint({
    method: 'get', path, summary: 'Reorganisations, the newest first', ...read, query: pageQuery, reply: pageOf(Plan),
    handle: async ({ services: { db }, actor, query }) => findReorganisations(db, actor, query),
  }),
  endpoint({
    method: 'get', path: `${path}/:id`, summary: 'A reorganisation: what it touches, in numbers, and how far it is', ...read, params: byId, reply: Reorganisation,
    handle: async ({ services: { db }, actor, params: { id } }) => getReorganisation(db, actor, id),
  }),
  endpoint({
    method: 'get', path: `${path}/:id/agencies`, summary: 'What happens to each agency', ...read, params: byId, query: pageQuery, reply: pageOf(AgencyFate),
    handle: async ({ services: { db }, actor, params: { id }, query }) => {
      await getReorganisation(db, actor, id);
      return listFatesPage(db, id, query);
    },
  }),
  endpoint({
    method: 'get', path: `${path}/:id/people`, summary: 'Who moves where', ...read, params: byId, query: pageQuery, reply: pageOf(Person),
    handle: async ({ services: { db }, actor, params: { id }, query }) => {
      await getReorganisation(db, actor, id);
      return listPeople(db, id, actor.agencyPath, query);
    },
  }),
  endpoint({
    method: 'get', path: `${path}/:id/certificates`, summary: 'What happens to each certificate, and what has happened', ...read, params: byId,
    query: pageQuery.extend({ kind: z.enum(['change', 'revoke']).optional(), state: z.enum(['ready', 'prepared', 'done', 'asked', 'failed']).optional() }), reply: pageOf(BulkLine),
    handle: async ({ services: { db }, actor, params: { id }, query: { kind, state, ...page } }) =>
      listPlannedLines(db, (await getReorganisation(db, actor, id)).bulkId, { kind, state, within: actor.agencyPath }, page),
  }),
  endpoint({
    method: 'get', path: `${path}/:id/results`, summary: 'The result of every certificate as CSV', ...read, params: byId, accepts: ['text/csv'], reply: z.never(),
    handle: async ({ services: { db }, actor, params: { id } }) =>
      binary(await writePlannedResults(db, (await getReorganisation(db, actor, id)).bulkId, actor.agencyPath), 'text/csv; charset=utf-8', `reorganisation-${id}.csv`),
  }),
  endpoint({
    method: 'post', path: `${path}/:id/decisions`, summary: 'Approve a plan (two operators), refuse it, stop or resume its work', allow: 'request:approve', params: byId,
    body: z.strictObject({ decision: z.enum(bulkDecisions), contentHash: z.string().regex(/^[0-9a-f]{64}$/i, 'SHA-256 in hex').optional(), reason: text(2_000).optional() }),
    status: 201, reply: Reorganisation, problems: ['not-found', 'own-request', 'state-changed', 'request-already-decided', 'invalid-fields', 'outside-your-agency'],
    handle: async ({ services, actor, params: { id }, body: order }) => getReorganisation(services.db, actor, (await decideReorganisation(services, actor, id, order)).id),
  }),
  endpoint({
    method: 'get', path: '/new-certificate/:token', summary: "What a holder's link leads to", allow: 'anyone', params: byToken, status: 200, reply: Succession, problems: ['not-found'],
    handle: async ({ services, params: { token } }) => getSuccession(services, token),
  }),
  endpoint({
    method: 'get', path: '/new-certificate/:token/certificate.pem', summary: 'The new certificate with its chain', allow: 'anyone', params: byToken, status: 200, reply: z.never(),
    accepts: ['application/x-pem-file'], problems: ['not-found', 'certificate-not-found'],
    handle: async ({ services, params: { token } }) => binary(Buffer.from(await fetchNewCertificate(services, token)), 'application/x-pem-file', 'certificate.pem'),
  }),
  endpoint({
    method: 'post', path: '/new-certificate/:token', summary: 'Ask for the new certificate with a new key; the agency confirms, two operators approve', allow: 'anyone', params: byToken,
    body: z.strictObject({ csr: z.string().min(1).max(20_000) }), status: 201, reply: Succession,
    problems: ['not-found', 'state-changed', 'csr-malformed', 'csr-signature-invalid', 'key-too-weak', 'key-compromised', 'key-used-by-another', 'algorithm-not-allowed', 'subject-mismatch', 'duplicate-request', 'renewal-not-open', 'invalid-fields'],
    handle: async ({ services, params: { token }, body: { csr } }) => askNewCertificate(services, token, csr),
  }),
];
