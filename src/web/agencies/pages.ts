import { z } from 'zod';
import { findAgencyChoices, mostChoices } from '../../lookup/agency-choices.ts';
import { filledForm } from '../frame/form.ts';
import { html, page } from '../frame/page.ts';
import { agencyText } from './pick.ts';

/** Agencies by a word of their name, with their codes: by itself for whoever looks for a code, and for the fields that offer them. */
export const agencyChoicePages = [
  page({
    method: 'get', path: '/agency-choices', allow: 'agency:read', query: z.object({ q: z.string().max(300).default(''), of: z.literal('all').optional() }),
    handle: async ({ services, actor, query: { q, of } }) => {
      const found = await findAgencyChoices(services, q, of === 'all' ? undefined : actor.agencyPath);
      return html('agencies/choices.njk', {
        form: filledForm({ q }), typed: q.trim(), everywhere: of === 'all', isOwn: actor.agencyPath !== undefined, more: found.length === mostChoices, most: mostChoices,
        rows: found.map(({ name, code, above }) => ({ offered: agencyText({ name, code }), name, code, above: above ?? '–' })),
      });
    },
  }),
];
