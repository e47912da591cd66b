import { z } from 'zod';
import { binary, endpoint, instant } from '../http/endpoint.ts';
import { expiryCalendar } from './calendar.ts';
import { createFeed, listFeedsOf, openFeed, revokeFeed } from './feed.ts';

const Feed = z.object({
  id: z.uuid(), agencyId: z.uuid(), label: z.string(), createdAt: instant, createdBy: z.string(), expiresAt: instant,
  revokedAt: instant.nullable(), lastUsedAt: instant.nullable(),
}).meta({ id: 'CalendarFeed' });
const byId = z.object({ id: z.uuid() });

/** Calendar feeds of the ends of certificates, for registrars. */
export const expiryRoutes = [
  endpoint({
    method: 'get', path: '/api/v1/agencies/:id/expiries.ics', summary: 'When certificates of an agency and below end, as a calendar; opened by the token of a feed',
    // calendar programs send no header of ours: the token in the address is the permission, and good for this alone
    allow: 'anyone', params: byId, query: z.object({ token: z.string().max(100) }), accepts: ['text/calendar'], status: 200, reply: z.string(),
    problems: ['not-found'],
    handle: async ({ services, params, query }) =>
      binary(Buffer.from(await expiryCalendar(services, await openFeed(services, params.id, query.token))), 'text/calendar; charset=utf-8', 'expiries.ics'),
  }),
  endpoint({
    method: 'post', path: '/api/v1/agencies/:id/calendar-feeds', summary: 'Make a calendar feed; its address is shown this once', allow: 'calendar-feed:manage',
    params: byId, body: z.strictObject({ label: z.string().trim().min(1).max(200), days: z.int().min(1).max(1095).default(365) }),
    status: 201, reply: Feed.extend({ url: z.string() }), problems: ['invalid-fields', 'outside-your-agency'],
    handle: async ({ services, actor, params, body }) => createFeed(services, actor, { agencyId: params.id, ...body }),
  }),
  endpoint({
    method: 'get', path: '/api/v1/agencies/:id/calendar-feeds', summary: 'List the calendar feeds of an agency', allow: 'calendar-feed:manage',
    params: byId, status: 200, reply: z.object({ items: z.array(Feed) }), problems: ['outside-your-agency'],
    handle: async ({ services, actor, params }) => ({ items: await listFeedsOf(services, actor, params.id) }),
  }),
  endpoint({
    method: 'post', path: '/api/v1/calendar-feeds/:id/revocation', summary: 'Withdraw a calendar feed at once', allow: 'calendar-feed:manage',
    params: byId, status: 200, reply: Feed, problems: ['not-found', 'outside-your-agency'],
    handle: async ({ services, actor, params }) => revokeFeed(services, actor, params.id),
  }),
];
