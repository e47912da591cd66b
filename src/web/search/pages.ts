import { z } from 'zod';
import { sayName } from '../../../pki/name/print.ts';
import { search, wordsOf, type Found } from '../../lookup/search.ts';
import { certificateTag } from '../certificates/words.ts';
import { filledForm } from '../frame/form.ts';
import { html, page, type PageCall } from '../frame/page.ts';

const maxTyped = 120;

/** Search as one types; without script the form's button asks the same address. */
export const searchPages = [
  page({
    method: 'get', path: '/search', allow: 'staff', query: z.object({ q: z.string().max(maxTyped).optional() }),
    handle: async (call) => {
      const typed = call.query.q?.trim() ?? '';
      const form = filledForm({ q: typed });
      if (wordsOf(typed).length === 0) return html('search/search.njk', { form, typed, status: typed === '' ? '' : call.t('search.short') });
      const found = await search(call.services, call.actor, typed);
      return html('search/search.njk', { form, typed, ...present(call, found, typed) });
    },
  }),
];

function present({ services, t }: PageCall, { people, agencies, certificates }: Found, typed: string): Record<string, unknown> {
  const count = people.items.length + agencies.items.length + certificates.items.length;
  const groups = [
    { title: t('search.people'), more: people.more, items: people.items.map((one) => ({
      href: `/officials/${one.id}`, text: one.name, detail: `${one.position} · ${one.agencyName} (${one.agencyCode})`, note: one.email, ...(one.leftAt ? { tag: 'off', state: t('search.left') } : {}),
    })) },
    { title: t('search.agencies'), more: agencies.more, items: agencies.items.map((one) => ({
      href: `/agencies/${one.id}`, text: one.name, detail: one.code, note: one.formerName ? t('search.formerly', { name: one.formerName }) : '', ...(one.closed ? { tag: 'off', state: t('search.closed') } : {}),
    })) },
    { title: t('search.certificates'), more: certificates.more, items: certificates.items.map((one) => {
      const { tag, text: state } = certificateTag(one, services.now(), t);
      return { href: `/certificates/${one.id}`, hex: one.serialNumber, detail: one.holder ?? sayName(one.subjectText), note: '', tag, state };
    }) },
  ];
  return { groups: groups.filter(({ items }) => items.length > 0), count, status: count === 0 ? t('search.none', { typed }) : t('search.count', { count, typed }) };
}
