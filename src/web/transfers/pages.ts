import { z } from 'zod';
import { isWithin } from '../../access/scope.ts';
import { searchCertificates } from '../../certificates/find.ts';
import { askTransfer, decideTransfer, findTransfers, getTransfer, type Transfer } from '../../officials/transfer.ts';
import { Problem } from '../../problems.ts';
import type { Actor } from '../../services.ts';
import { mostTyped, offerAgencies, ownAgencyText, pickAgency, type Picking } from '../agencies/pick.ts';
import { emptyForm, filledForm, typedOrChosen, type Form, refused } from '../frame/form.ts';
import { showDate } from '../frame/formats.ts';
import { html, page, redirect, type Html, type Mistakes, type PageCall } from '../frame/page.ts';
import { mayDecide, presentRow, presentRows, tabWords, transferStates } from './present.ts';

const perPage = 25;
const mostLive = 20;
const byId = z.object({ id: z.uuid() });
const shown = z.object({ done: z.enum(['asked', 'decided']).optional() });
const optional = z.string().trim().max(2_000).transform((text) => (text === '' ? undefined : text));

const Order = z.object({
  nationalId: z.string().trim().transform((text) => text.replaceAll(/[\s.]/g, '')).pipe(z.string().regex(/^\d{12}$/, 'people.numberDigits')),
  agency: typedOrChosen(z.string().trim().min(1, 'people.agencyMissing').max(mostTyped, 'agencies.unknown')),
  position: z.string().trim().min(1, 'people.positionMissing').max(200, 'people.positionMissing').refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'people.positionMissing'),
  email: z.string().trim().max(254, 'people.emailWrong').pipe(z.email('people.emailWrong')), note: optional,
});
const Decision = z.object({ decision: z.enum(['release', 'refuse'], 'transfers.decisionMissing'), reason: optional })
  .refine(({ decision, reason }) => decision !== 'refuse' || reason !== undefined, { path: ['reason'], message: 'transfers.reasonMissing' });

const askMistakes: Mistakes = {
  'not-found': { field: 'nationalId', word: 'transfers.nobody' }, 'duplicate-request': { field: 'nationalId', word: 'transfers.twice' }, 'outside-your-agency': { field: 'agency', word: 'people.agencyOutside' },
};

/** Transfers between agencies: asked for by the one that receives, decided by the one that gives. */
export const transferPages = [
  page({
    method: 'get', path: '/transfers', allow: 'official:write', query: z.object({ state: z.enum(transferStates).default('asked'), after: z.string().max(400).optional() }),
    handle: async ({ services, actor, query: { state, after }, here, t }) => {
      const { items, next } = await findTransfers(services, actor, state, { after, limit: perPage });
      return html('transfers/list.njk', {
        rows: items.map((one) => presentRow(one, actor, t)), next, here, isFirst: after === undefined,
        tabs: transferStates.map((one) => ({ href: `/transfers?state=${one}`, text: t(tabWords[one]), current: one === state })),
      });
    },
  }),
  page({ method: 'get', path: '/transfers/new', allow: 'official:write', handle: async (call) => askForm(call, filledForm({ agency: await ownAgencyText(call.services, call.actor) })) }),
  page({
    method: 'post', path: '/transfers/new', allow: 'official:write', body: Order, mistakes: askMistakes, again: async (call, form) => askForm(call, form),
    handle: async ({ services, actor, body: { agency, ...order } }) => {
      const { id } = await askTransfer(services, actor, { ...order, toAgencyId: (await pickAgency(services, agency, ownAgency(actor))).id });
      return redirect(`/transfers/${id}?done=asked`);
    },
  }),
  page({ method: 'get', path: '/transfers/:id', allow: 'official:write', params: byId, query: shown, handle: async (call) => showTransfer(call, call.params.id, emptyForm) }),
  page({
    method: 'post', path: '/transfers/:id', allow: 'official:write', params: byId, body: Decision, again: async (call, form) => showTransfer(call, call.params.id, form),
    mistakes: { 'own-request': { field: 'decision', word: 'transfers.own' }, 'request-already-decided': { word: 'transfers.over' }, 'state-changed': { field: 'decision', word: 'transfers.changed' } },
    handle: async ({ services, actor, params: { id }, body }) => {
      await decideTransfer(services, actor, id, body).catch((error: unknown) => {
        throw error instanceof Problem && error.code === 'duplicate-request' ? refused('decision', 'transfers.emailTaken') : error;
      });
      return redirect(`/transfers/${id}?done=decided`);
    },
  }),
];

const ownAgency = ({ agencyPath }: Actor): Picking => ({ field: 'agency', within: agencyPath });

const askForm = async ({ services, actor }: PageCall, form: Form): Promise<Html> => html('transfers/new.njk', { form, offered: await offerAgencies(services, form, ownAgency(actor)) });

async function showTransfer({ services, actor, t, here }: PageCall, id: string, form: Form): Promise<Html> {
  const transfer = await getTransfer(services, actor, id);
  const isOwnRequest = transfer.state === 'asked' && transfer.askedBy === actor.id && isWithin(actor.agencyPath, transfer.fromPath);
  return html('transfers/transfer.njk', {
    id, form, name: transfer.officialName, rows: presentRows(transfer, actor, t), done: new URL(here, 'http://here').searchParams.get('done'), mayDecide: mayDecide(actor, transfer), isOwnRequest,
    choices: [{ value: 'release', text: t('transfers.release'), hint: t('transfers.releaseHint') }, { value: 'refuse', text: t('transfers.refuse') }], ...await meaningOf({ services, actor, t }, transfer),
  });
}

/** The agency that has received the person says what becomes of the certificates. */
async function meaningOf({ services, actor, t }: Pick<PageCall, 'services' | 'actor' | 't'>, { state, officialId, toPath }: Transfer): Promise<Record<string, unknown>> {
  if (state !== 'released' || !actor.permissions.has('request:submit') || !isWithin(actor.agencyPath, toPath)) return {};
  const { items } = await searchCertificates(services, actor, { officialId, state: 'issued' }, { limit: mostLive });
  const live = items.filter(({ notAfter }) => notAfter > services.now());
  return { officialId, live: live.map(({ id, serialNumber, notAfter }) => ({ id, serialNumber, ends: t('people.certificateEnds', { date: showDate(notAfter) }) })) };
}
