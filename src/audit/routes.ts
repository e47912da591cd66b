import { z } from 'zod';
import { endpoint, instant, pageOf, pageQuery } from '../http/endpoint.ts';
import { listEntries } from './store.ts';
import { verifyAudit } from './verify.ts';

const word = z.string().min(1).max(200);
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const AuditEntry = z.object({
  sequence: z.int(), at: instant, actorId: z.string(), actorKind: z.string(), actorName: z.string(),
  action: z.string(), subjectType: z.string(), subjectId: z.string(), before: z.unknown(), after: z.unknown(), requestId: z.string(),
}).meta({ id: 'AuditEntry' });

const AuditVerdict = z.object({
  intact: z.boolean(), seals: z.int(), sealedEntries: z.int(), unsealedEntries: z.int(), lastSealHash: z.string().nullable(),
  faults: z.array(z.object({ code: z.string(), seal: z.int().optional(), sequence: z.int().optional() })),
}).meta({ id: 'AuditVerdict' });

/** The audit to read and to check; nothing here or anywhere changes it. */
export const auditRoutes = [
  endpoint({
    method: 'get', path: '/api/v1/audit', summary: 'Who did what, newest first', allow: 'audit:read',
    query: pageQuery.extend({
      actorId: word.optional(), action: word.optional(), subjectType: word.optional(), subjectId: word.optional(),
      requestId: word.optional(), from: moment.optional(), until: moment.optional(),
    }),
    status: 200, reply: pageOf(AuditEntry), problems: ['malformed-request'],
    handle: async ({ services, query: { after, limit, ...filter } }) => listEntries(services.db, filter, { after, limit }),
  }),
  endpoint({
    method: 'get', path: '/api/v1/audit/verification', summary: 'Recompute the chain over all entries', allow: 'audit:read',
    status: 200, reply: AuditVerdict, problems: [],
    handle: async ({ services }) => verifyAudit(services),
  }),
];
