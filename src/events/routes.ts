import { z } from 'zod';
import { requireWithin } from '../access/scope.ts';
import { endpoint, instant, pageOf, pageQuery } from '../http/endpoint.ts';
import { Problem } from '../problems.ts';
import { readEvents } from './read.ts';
import { eventTypes } from './record.ts';
import { findWebhook, listDeliveries, listWebhooks, type EventRow } from './store.ts';
import { replaceWebhookSecret, subscribeWebhook, switchWebhook } from './subscribe.ts';

const type = z.enum(eventTypes);
const Event = z.object({
  id: z.uuid(), cursor: z.string(), type, subject: z.object({ type: z.string(), id: z.string() }), agencyPath: z.string().nullable(),
  occurredAt: instant, data: z.unknown(),
}).meta({ id: 'Event' });
const Webhook = z.object({
  id: z.uuid(), agencyPath: z.string().nullable(), url: z.string(), types: z.array(type), contact: z.string(), language: z.enum(['vi', 'en']),
  state: z.enum(['active', 'disabled', 'removed']), failures: z.int(), failingSince: instant.nullable(), lastError: z.string().nullable(),
  lastSuccessAt: instant.nullable(), createdAt: instant, createdBy: z.string(),
}).meta({ id: 'Webhook' });
const WebhookWithSecret = Webhook.extend({ signingSecret: z.string() });
const deliveryState = z.enum(['waiting', 'delivered', 'failed']);
const Delivery = z.object({
  id: z.uuid(), cursor: z.string(), state: deliveryState, attempts: z.int(), lastStatus: z.int().nullable(), lastError: z.string().nullable(),
  queuedAt: instant, nextAttemptAt: instant.nullable(), finishedAt: instant.nullable(),
});
const byId = z.object({ id: z.uuid() });
const agencyPath = z.string().regex(/^[A-Za-z0-9_]{1,255}(\.[A-Za-z0-9_]{1,255}){0,19}$/);

const shown = ({ position, subjectType, subjectId, ...event }: EventRow) =>
  ({ ...event, cursor: String(position), subject: { type: subjectType, id: subjectId } });

/** Events to read by cursor, and webhooks that have them sent. */
export const eventRoutes = [
  endpoint({
    method: 'get', path: '/api/v1/events', summary: 'Events after a cursor, oldest first; `next` is the cursor to go on from, none is ever missed', allow: 'event:read',
    query: pageQuery.extend({
      after: z.string().regex(/^\d{1,15}$/).optional(), type: z.union([type, z.array(type).max(20)]).optional(), subjectId: z.string().max(100).optional(),
    }),
    status: 200, reply: z.object({ items: z.array(Event), next: z.string(), more: z.boolean() }), problems: ['malformed-request'],
    handle: async ({ services, actor, query: { type: types, ...query } }) => {
      const page = await readEvents(services, actor, { ...query, types: types === undefined ? undefined : [types].flat() });
      return { ...page, items: page.items.map(shown) };
    },
  }),
  endpoint({
    method: 'post', path: '/api/v1/webhooks', summary: 'Have events sent to an address, each with `Antin-Signature: v1=` and HMAC-SHA-256 in hex over `<Antin-Timestamp>.<body>`; its key, the secret as text, is shown this once', allow: 'webhook:manage',
    body: z.strictObject({
      url: z.string().max(2000), types: z.array(type).max(eventTypes.length).default([]), agencyPath: agencyPath.optional(),
      contact: z.string().max(254), language: z.enum(['vi', 'en']).default('vi'),
    }),
    status: 201, reply: WebhookWithSecret, problems: ['invalid-fields', 'outside-your-agency', 'keystore-unavailable'],
    handle: async ({ services, actor, body }) => subscribeWebhook(services, actor, body),
  }),
  endpoint({
    method: 'get', path: '/api/v1/webhooks', summary: 'List the webhooks of the own agency and below', allow: 'webhook:manage', query: pageQuery,
    status: 200, reply: pageOf(Webhook), problems: ['malformed-request'],
    handle: async ({ services, actor, query }) => listWebhooks(services.db, actor.agencyPath, query),
  }),
  endpoint({
    method: 'patch', path: '/api/v1/webhooks/:id', summary: 'Stop a webhook, take it up again, or end it', allow: 'webhook:manage', params: byId,
    body: z.strictObject({ state: z.enum(['active', 'disabled', 'removed']) }), status: 200, reply: Webhook, problems: ['not-found', 'outside-your-agency'],
    handle: async ({ services, actor, params, body }) => switchWebhook(services, actor, params.id, body.state),
  }),
  endpoint({
    method: 'post', path: '/api/v1/webhooks/:id/secret', summary: 'Replace the signing secret; the new one is shown this once', allow: 'webhook:manage',
    params: byId, status: 201, reply: WebhookWithSecret, problems: ['not-found', 'outside-your-agency', 'keystore-unavailable'],
    handle: async ({ services, actor, params }) => replaceWebhookSecret(services, actor, params.id),
  }),
  endpoint({
    method: 'get', path: '/api/v1/webhooks/:id/deliveries', summary: 'What was sent to a webhook and what it answered, newest first', allow: 'webhook:manage',
    params: byId, query: pageQuery.extend({ state: deliveryState.optional() }), status: 200, reply: pageOf(Delivery), problems: ['not-found', 'outside-your-agency', 'malformed-request'],
    handle: async ({ services: { db }, actor, params: { id }, query: { state, ...page } }) => {
      const webhook = await findWebhook(db, id);
      if (!webhook) throw new Problem('not-found', { webhook: id });
      requireWithin(actor, webhook.agencyPath);
      const { items, next } = await listDeliveries(db, id, state, page);
      return { items: items.map(({ position, ...delivery }) => ({ ...delivery, cursor: String(position) })), next };
    },
  }),
];
