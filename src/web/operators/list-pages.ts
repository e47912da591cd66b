import { z } from 'zod';
import { findOperators } from '../../access/find.ts';
import { createOperator } from '../../access/operators.ts';
import { roles } from '../../services.ts';
import { offerAgencies } from '../agencies/pick.ts';
import { emptyForm, filledForm, type Form } from '../frame/form.ts';
import { html, page, redirect, type Html, type PageCall } from '../frame/page.ts';
import { showDate } from '../frame/formats.ts';
import { agencyField, anyAgency, expiryField, pathIn, registrarHasAgency, roleItems, rolesField } from './fields-pages.ts';
import { rolesText, stateOf } from './present.ts';

const perPage = 25;
const blank = <T extends z.ZodType>(type: T) => z.preprocess((value) => (value === '' ? undefined : value), type.optional());
const Filter = z.object({ q: blank(z.string().trim().max(100)), role: blank(z.enum(roles)), state: blank(z.enum(['active', 'inactive'])), after: z.string().max(400).optional() });

const NewOperator = z.object({
  kind: z.enum(['person', 'system']), name: z.string('operators.nameWrong').trim().min(1, 'operators.nameWrong').max(200, 'operators.nameWrong'),
  email: blank(z.email('operators.emailWrong').max(254, 'operators.emailWrong')), roles: rolesField, agencyPath: agencyField, expiresAt: expiryField,
}).refine(({ kind, email }) => kind === 'system' || email !== undefined, { path: ['email'], message: 'operators.emailWrong' }).refine(registrarHasAgency.is, registrarHasAgency.else);

const newForm = async ({ services, t }: PageCall, form: Form): Promise<Html> => html('operators/new.njk', { form, roleItems: roleItems(t), offered: await offerAgencies(services, form, anyAgency) });

/** Everybody who can act besides officials: found, and added. */
export const operatorListPages = [
  page({
    method: 'get', path: '/operators', allow: 'operator:manage', query: Filter,
    handle: async ({ services, query: { after, q, role, state }, t, here }) => {
      const { items, next } = await findOperators(services, { q, role, active: state && state === 'active' }, { after, limit: perPage });
      return html('operators/operators.njk', {
        form: filledForm({ q: q ?? '', role: role ?? '', state: state ?? '' }), isFiltered: (q ?? role ?? state) !== undefined, here, next, isFirst: after === undefined,
        roleItems: [{ value: '', text: t('operators.any') }, ...roleItems(t)],
        stateItems: [{ value: '', text: t('operators.any') }, { value: 'active', text: t('operators.active') }, { value: 'inactive', text: t('operators.inactive') }],
        rows: items.map((one) => ({
          name: { text: one.name, href: `/operators/${one.id}` }, roles: rolesText(one.roles, t), agency: one.agencyPath ?? t('operators.wholeCountry'),
          expires: one.expiresAt ? showDate(one.expiresAt) : t('operators.noEnd'), state: stateOf(one, services.now(), t),
        })),
      });
    },
  }),
  page({ method: 'get', path: '/operators/new', allow: 'operator:manage', handle: async (call) => newForm(call, emptyForm) }),
  page({
    method: 'post', path: '/operators/new', allow: 'operator:manage', body: NewOperator, again: async (call, form) => newForm(call, form),
    handle: async ({ services, actor, body }) => {
      const { id } = await createOperator(services, actor, { ...body, agencyPath: await pathIn(services, body.agencyPath), expiresAt: body.expiresAt ?? undefined });
      return redirect(`/operators/${id}?done=added`);
    },
  }),
];
