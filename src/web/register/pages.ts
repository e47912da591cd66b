import { z } from 'zod';
import { showAgency } from '../../lookup/agency.ts';
import { showOfficial } from '../../lookup/official.ts';
import { revealPersonalData } from '../../officials/find.ts';
import { emptyForm, type Form } from '../frame/form.ts';
import { showDate } from '../frame/formats.ts';
import { html, page, type Html, type PageCall } from '../frame/page.ts';
import { presentAgency, presentOfficial } from './present.ts';

const byId = z.object({ id: z.uuid() });
const perPage = 25;

/** Officials and agencies as operators, registrars and auditors see them, each within their reach. */
export const registerPages = [
  page({ method: 'get', path: '/officials/:id', allow: 'official:read', params: byId, handle: async (call) => officialPage(call, call.params.id, emptyForm) }),
  page({
    // what is revealed is shown once, in the answer: no address leads to it
    method: 'post', path: '/officials/:id', allow: 'official:reveal', params: byId,
    body: z.object({ purpose: z.string().trim().min(10, 'register.purposeMissing').max(300, 'register.purposeMissing') }),
    again: async (call, form) => officialPage(call, call.params.id, form),
    handle: async ({ services, actor, params: { id }, body: { purpose } }) => {
      const { official } = await showOfficial(services, actor, id);
      const { nationalId, birthDate, mobile } = await revealPersonalData(services, actor, id, purpose);
      return html('register/revealed.njk', { id, name: official.name, data: { nationalId, birthDate: birthDate && showDate(new Date(`${birthDate}T00:00:00+07:00`)), mobile }, purpose });
    },
  }),
  page({
    method: 'get', path: '/agencies/:id', allow: 'agency:read', params: byId, query: z.object({ after: z.string().max(400).optional() }),
    handle: async ({ services, actor, params: { id }, query: { after }, here, t }) => {
      const view = await showAgency(services, actor, id, { after, limit: perPage });
      return html('register/agency.njk', { ...presentAgency(view, services.now(), t), here, isFirst: after === undefined });
    },
  }),
];

async function officialPage({ services, actor, t }: PageCall, id: string, form: Form): Promise<Html> {
  const view = await showOfficial(services, actor, id);
  const mayReveal = actor.permissions.has('official:reveal') && view.official.nationalId !== null;
  return html('register/official.njk', { ...presentOfficial(view, services.now(), t), form, mayReveal });
}
