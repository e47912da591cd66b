import { z } from 'zod';
import { requireWithin } from '../access/scope.ts';
import { endpoint, instant, pageOf, pageQuery } from '../http/endpoint.ts';
import { retryMail } from './retry.ts';
import { listMails, mailStates } from './store.ts';
import { mailTemplates } from './templates.ts';

const Notification = z.object({
  id: z.uuid(), recipient: z.string(), template: z.string(), language: z.enum(['vi', 'en']), state: z.enum(mailStates), attempts: z.int(),
  lastError: z.string().nullable(), queuedAt: instant, nextAttemptAt: instant.nullable(), finishedAt: instant.nullable(),
}).meta({ id: 'Notification' });

/** Mails and where they stand. What they say is not shown: it is meant for the one they go to. */
export const notificationRoutes = [
  endpoint({
    method: 'get', path: '/api/v1/notifications', summary: 'Mails and where they stand, newest first', allow: 'notification:read',
    query: pageQuery.extend({ state: z.enum(mailStates).optional(), template: z.enum(mailTemplates).optional(), recipient: z.string().max(320).optional() }),
    status: 200,
    reply: pageOf(Notification).extend({ sending: z.boolean().meta({ description: 'false: no mail server is configured, what is queued waits' }) }),
    problems: ['malformed-request', 'outside-your-agency'],
    handle: async ({ services, actor, query: { after, limit, ...filter } }) => {
      // a mail belongs to no agency: whoever has one sees none
      requireWithin(actor, null);
      return { ...(await listMails(services.db, filter, { after, limit })), sending: services.config.mail !== undefined };
    },
  }),
  endpoint({
    method: 'post', path: '/api/v1/notifications/:id/retry', summary: 'Send a mail once more that was refused or may not have arrived',
    allow: 'notification:manage', params: z.object({ id: z.uuid() }), status: 200, reply: Notification, problems: ['not-found', 'state-changed', 'outside-your-agency'],
    handle: async ({ services, actor, params }) => {
      requireWithin(actor, null);
      return retryMail(services, actor, params.id);
    },
  }),
];
