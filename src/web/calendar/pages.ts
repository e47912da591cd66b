import { z } from 'zod';
import { createFeed, listFeedsOf, revokeFeed } from '../../expiries/feed.ts';
import { filledForm, type Form } from '../frame/form.ts';
import { showDate, showDateTime } from '../frame/formats.ts';
import { html, page, redirect, type Html, type PageCall } from '../frame/page.ts';
import { ownCode, readAgency } from '../people/entry.ts';

const days = 365;
const Feed = z.object({
  label: z.string().trim().min(1, 'lists.labelMissing').max(200, 'lists.labelMissing'), agency: z.string().trim().min(1, 'people.agencyMissing').max(35, 'people.agencyUnknown'),
});

/** The addresses under which calendar programs read when certificates end. Each is shown once, and can be withdrawn. */
export const calendarPages = [
  page({ method: 'get', path: '/calendar', allow: 'calendar-feed:manage', handle: async (call) => showFeeds(call, filledForm({ agency: ownCode(call.actor) })) }),
  page({
    method: 'post', path: '/calendar', allow: 'calendar-feed:manage', body: Feed, mistakes: { 'outside-your-agency': { field: 'agency', word: 'people.agencyOutside' } },
    again: async (call, form) => showFeeds(call, form),
    handle: async (call) => {
      const { services, actor, body: { label, agency } } = call;
      const { url } = await createFeed(services, actor, { agencyId: await readAgency(services, agency), label, days });
      return showFeeds(call, filledForm({ agency }), url);
    },
  }),
  page({
    method: 'post', path: '/calendar/:id/withdraw', allow: 'calendar-feed:manage', params: z.object({ id: z.uuid() }),
    handle: async ({ services, actor, params: { id } }) => {
      await revokeFeed(services, actor, id);
      return redirect('/calendar');
    },
  }),
];

async function showFeeds({ services, actor, t }: PageCall, form: Form, url?: string): Promise<Html> {
  const own = ownCode(actor);
  const feeds = own === '' ? [] : await listFeedsOf(services, actor, await readAgency(services, own));
  return html('calendar/calendar.njk', {
    form, url, mayList: actor.permissions.has('official:read'), feeds: feeds.map(({ id, label, expiresAt, lastUsedAt, revokedAt }) => ({
      id, label, until: showDate(expiresAt), used: lastUsedAt ? showDateTime(lastUsedAt) : t('lists.neverUsed'), isOver: revokedAt !== null, of: t('lists.withdrawOf', { label }),
    })),
  });
}
