import { z } from 'zod';
import { findAgencyByCode } from '../agencies/find.ts';
import { binary, endpoint, instant, pageOf, pageQuery } from '../http/endpoint.ts';
import { transfers } from '../requests/kinds.ts';
import { createBulkJob } from './create.ts';
import { bulkDecisions, decideBulk } from './decide.ts';
import { getBulkJob, listBulkJobs, listBulkLines, showJob, writeBulkResults } from './show.ts';
import { jobStates, lineStates, operations } from './store.ts';

export const BulkJob = z.object({
  id: z.uuid(), operation: z.enum(operations), state: z.enum(jobStates), agencyCode: z.string().nullable(), fileName: z.string(), lines: z.int(),
  counts: z.record(z.enum(lineStates), z.int()), rate: z.number().nullable(), contentHash: z.string().nullable(),
  crl: z.object({ entriesNow: z.int(), bytesNow: z.int(), entriesMore: z.int(), bytesMore: z.int() }).nullable(),
  approvals: z.array(z.object({ decision: z.enum(bulkDecisions), actorId: z.string(), actorName: z.string(), reason: z.string().nullable(), decidedAt: instant })),
  submittedBy: z.string(), submittedName: z.string(), reason: z.string().nullable(), createdAt: instant, startedAt: instant.nullable(), finishedAt: instant.nullable(),
});
export const BulkLine = z.object({
  line: z.int(), state: z.enum(lineStates), kind: z.string(), profile: z.string().nullable(), agencyId: z.uuid().nullable(), officialId: z.uuid().nullable(),
  certificateId: z.uuid().nullable(), serialNumber: z.string().nullable(), subjectText: z.string().nullable(), ground: z.string().nullable(), transfer: z.enum(transfers).nullable(),
  newCertificateId: z.uuid().nullable(), newSerialNumber: z.string().nullable(),
  problem: z.object({ code: z.string(), facts: z.record(z.string(), z.unknown()) }).nullable(), finishedAt: instant.nullable(),
});
const byId = z.object({ id: z.uuid() });
const read = { allow: 'request:read', status: 200, problems: ['not-found', 'outside-your-agency'] } as const;
/** 100,000 lines with requests of RSA keys. */
const maxBytes = 134_217_728;

/** Many certificates from one file: handed in, looked at line by line, approved by two, worked off, told line by line. */
export const bulkRoutes = [
  endpoint({
    method: 'post', path: '/api/v1/requests/bulk', summary: 'Hand in a file (workbook, CSV or JSON lines) for a whole agency; a dry run of every line follows', allow: 'request:submit',
    upload: { maxBytes, files: ['file', 'requests'] },
    body: z.strictObject({
      operation: z.enum(['issue', 'renew', 'change', 'revoke']), agency: z.string().trim().min(1).max(40), ground: z.string().trim().min(1).max(40).optional(), transfer: z.enum(transfers).optional(),
    }),
    status: 202, reply: BulkJob, problems: ['invalid-fields', 'outside-your-agency', 'unsupported-format', 'too-large', 'duplicate-request', 'malformed-request', 'not-found', 'document-unreadable'],
    handle: async ({ services, actor, body: { agency, ...order }, files }) => {
      const file = files['file']!;
      const { id: agencyId } = await findAgencyByCode(services.db, agency);
      return showJob(services.db, await createBulkJob(services, actor, { ...order, agencyId, fileName: file.name, bytes: file.bytes, requests: files['requests']?.bytes }));
    },
  }),
  endpoint({
    method: 'get', path: '/api/v1/requests/bulk', summary: 'Bulk jobs, the newest first', ...read, query: pageQuery.extend({ state: z.enum(jobStates).optional() }), reply: pageOf(BulkJob),
    handle: async ({ services: { db }, actor, query: { state, ...page } }) => listBulkJobs(db, actor, state, page),
  }),
  endpoint({
    method: 'get', path: '/api/v1/requests/bulk/:id', summary: 'A bulk job: state, counts, rate, what it adds to the lists of revoked certificates', ...read, params: byId, reply: BulkJob,
    handle: async ({ services: { db }, actor, params: { id } }) => getBulkJob(db, actor, id),
  }),
  endpoint({
    method: 'get', path: '/api/v1/requests/bulk/:id/lines', summary: 'What each line will do, has done, or why it is refused', ...read, params: byId,
    query: pageQuery.extend({ state: z.enum(lineStates).optional() }), reply: pageOf(BulkLine),
    handle: async ({ services: { db }, actor, params: { id }, query: { state, ...page } }) => listBulkLines(db, actor, id, { state }, page),
  }),
  endpoint({
    method: 'get', path: '/api/v1/requests/bulk/:id/results', summary: 'The result of every line as a file', ...read, params: byId,
    accepts: ['text/csv', 'application/jsonl'], reply: z.never(),
    handle: async ({ services: { db }, actor, params: { id }, accept }) => (accept === 'application/jsonl'
      ? binary(await writeBulkResults(db, actor, id, 'jsonl'), 'application/jsonl; charset=utf-8', `bulk-${id}.jsonl`)
      : binary(await writeBulkResults(db, actor, id, 'csv'), 'text/csv; charset=utf-8', `bulk-${id}.csv`)),
  }),
  endpoint({
    method: 'post', path: '/api/v1/requests/bulk/:id/decisions', summary: 'Approve what the dry run shows (two operators), refuse it, stop the work or let it go on', allow: 'request:approve', params: byId,
    body: z.strictObject({
      decision: z.enum(bulkDecisions), contentHash: z.string().regex(/^[0-9a-f]{64}$/i, 'SHA-256 in hex').optional(), reason: z.string().trim().min(1).max(2000).optional(),
    }),
    status: 201, reply: BulkJob, problems: ['not-found', 'outside-your-agency', 'own-request', 'state-changed', 'request-already-decided', 'invalid-fields'],
    handle: async ({ services, actor, params: { id }, body }) => showJob(services.db, await decideBulk(services, actor, id, body)),
  }),
];
