import { z } from 'zod';
import { binary, endpoint, instant } from '../http/endpoint.ts';
import { idempotencyKeyHeader } from '../idempotency/once.ts';
import { rates, takeRate } from '../rates/take.ts';
import { batchLimits, createBatch } from './create.ts';
import { giveUpBatch, readResults, showBatch } from './show.ts';

const Batch = z.object({
  id: z.uuid(), state: z.enum(['receiving', 'running', 'finished', 'given-up']), policy: z.string(), validationTime: instant.nullable(),
  files: z.number(), done: z.number(), indications: z.record(z.string(), z.number()), createdAt: instant, finishedAt: instant.nullable(),
});
const params = z.object({ id: z.uuid() });
const lines = 'application/jsonl';

/** Many documents in one call: taken in at once, judged in turn, each with an outcome of its own. */
export const verificationBatchRoutes = [
  endpoint({
    method: 'post', path: '/api/v1/verifications/batches', summary: 'Verify up to 1,000 documents, each under the field `file`; answered before they are judged', allow: 'verification:create',
    stream: batchLimits, headers: [idempotencyKeyHeader],
    body: z.strictObject({
      validationTime: z.iso.datetime({ offset: true }).transform((given) => new Date(given)).optional(),
      policy: z.enum(['public-service', 'strict', 'lenient-foreign', 'lenient']).optional(),
    }),
    status: 202, reply: z.object({ id: z.uuid(), files: z.number() }), problems: ['invalid-fields', 'too-large', 'too-many-requests', 'malformed-request', 'idempotency-key-reused', 'request-in-progress'],
    handle: async ({ services, actor, receive, header, setHeader }) => {
      await takeRate(services, { purpose: 'verification-batch', caller: actor.id, rate: rates.batches, setHeader });
      const { id, files } = await createBatch(services, actor, receive, header('Idempotency-Key'));
      setHeader('Location', `/api/v1/verifications/batches/${id}`);
      return { id, files };
    },
  }),
  endpoint({
    method: 'get', path: '/api/v1/verifications/batches/:id', summary: 'How far a batch is', allow: 'verification:create',
    params, status: 200, reply: Batch, problems: ['not-found'],
    handle: async ({ services, actor, params: { id } }) => showBatch(services, actor, id),
  }),
  endpoint({
    method: 'get', path: '/api/v1/verifications/batches/:id/results', summary: 'The outcomes there are, one JSON line a file; kept for seven days', allow: 'verification:create',
    params, query: z.object({ after: z.coerce.number().int().min(0).max(1_000).default(0), limit: z.coerce.number().int().min(1).max(1_000).default(1_000) }),
    status: 200, reply: z.string(), accepts: [lines], problems: ['not-found'],
    handle: async ({ services, actor, params: { id }, query }) => binary(await readResults(services, actor, { id, ...query }), lines),
  }),
  endpoint({
    method: 'delete', path: '/api/v1/verifications/batches/:id', summary: 'Give a batch up; its documents go at once', allow: 'verification:create',
    params, status: 204, reply: z.undefined(), problems: ['not-found', 'state-changed'],
    handle: async ({ services, actor, params: { id } }) => {
      await giveUpBatch(services, actor, id);
      return undefined;
    },
  }),
];
