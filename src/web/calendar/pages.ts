import { z } from 'zod';
import { createFeed, listFeedsOf, revokeFeed } from '../../expiries/feed.ts';
import { mostTyped, offerAgencies, ownAgencyText, pickAgency } from '../agencies/pick.ts';
import { filledForm, typedOrChosen, type Form } from '../frame/form.ts';
import { showDate, showDateTime } from '../frame/formats.ts';
import { html, page, redirect, type Html, type PageCall } from '../frame/page.ts';

const days = 365;
const Feed = z.object({
  label: z.string().trim().min(1, 'lists.labelMissing').max(200, 'lists.labelMissing'), agency: typedOrChosen(z.string().trim().min(1, 'people.agencyMissing').max(mostTyped, 'agencies.unknown')),
});

/** The addresses under which calendar programs read when certificates end. Each is shown once, and can be withdrawn. */
export const calendarPages = [
  page({ method: 'get', path: '/calendar', allow: 'calendar-feed:manage', handle: async (call) => showFeeds(call, filledForm({ agency: await ownAgencyText(call.services, call.actor) })) }),
  page({
    method: 'post', path: '/calendar', allow: 'calendar-feed:manage', body: Feed, mistakes: { 'outside-your-agency': { field: 'agency', word: 'people.agencyOutside' } },
    again: async (call, form) => showFeeds(call, form),
    handle: async (call) => {
      const { services, actor, body: { label, agency } } = call;
      const { url } = await createFeed(services, actor, { agencyId: (await pickAgency(services, agency, { field: 'agency', within: actor.agencyPath })).id, label, days });
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
  const own = await ownAgencyText(services, actor);
  const feeds = own === '' ? [] : await listFeedsOf(services, actor, (await pickAgency(services, own, { field: 'agency', within: actor.agencyPath })).id);
  return html('calendar/calendar.njk', {
    form, url, offered: await offerAgencies(services, form, { field: 'agency', within: actor.agencyPath }), mayList: actor.permissions.has('official:read'), feeds: feeds.map(({ id, label, expiresAt, lastUsedAt, revokedAt }) => ({
      id, label, until: showDate(expiresAt), used: lastUsedAt ? showDateTime(lastUsedAt) : t('lists.neverUsed'), isOver: revokedAt !== null, of: t('lists.withdrawOf', { label }),
    })),
  });
}
