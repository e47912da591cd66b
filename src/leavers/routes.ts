import { z } from 'zod';
import { endpoint, instant } from '../http/endpoint.ts';
import { problems, type ProblemCode } from '../problems.ts';
import { matchLeavers } from './match.ts';
import { departures, leaverMistakes } from './read.ts';

const Report = z.object({
  people: z.array(z.object({
    line: z.number(), name: z.string(), departure: z.enum(departures), proposal: z.enum(['revoke', 'change', 'decide', 'nothing', 'check-person', 'unknown']),
    officialId: z.uuid().nullable(), agencyCode: z.string().nullable(),
    certificates: z.array(z.object({
      id: z.uuid(), serialNumber: z.string(), notAfter: instant, requestId: z.uuid().nullable(), problem: z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]).nullable(),
    })),
  })),
  mistakes: z.array(z.object({ line: z.number(), code: z.enum(leaverMistakes) })),
});

/** People who retired, died or were transferred, and the certificates that they still have. */
export const leaverRoutes = [
  endpoint({
    method: 'post', path: '/api/v1/leavers', summary: 'Match a list (CSV) of people who left against live certificates; with submit=true the revocations become drafts', allow: 'request:submit',
    upload: { maxBytes: 2_097_152, files: ['file'] }, body: z.strictObject({ submit: z.stringbool().default(false) }), status: 200, reply: Report,
    problems: ['invalid-fields', 'too-large'],
    handle: async ({ services, actor, body: { submit }, files }) => matchLeavers(services, actor, files['file']!.bytes, submit),
  }),
];
