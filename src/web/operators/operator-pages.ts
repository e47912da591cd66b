import { z } from 'zod';
import { setOperatorActive, setOperatorRights } from '../../access/change-operator.ts';
import { openOperator } from '../../access/find.ts';
import { issueApiKey, revokeApiKey } from '../../access/operators.ts';
import { listOperatorCertificates } from '../../client-certificates/find.ts';
import { revokeOperatorCertificate } from '../../client-certificates/remove.ts';
import { askRecovery, waitingRecovery } from '../../recoveries/ask.ts';
import { approveRecovery, refuseRecovery } from '../../recoveries/decide.ts';
import { endAllSessions } from '../../sessions/end.ts';
import { offerAgencies, ownAgencyText } from '../agencies/pick.ts';
import { presentOperatorCertificate } from '../client-certificates/present.ts';
import { emptyForm, type Form } from '../frame/form.ts';
import { showDate } from '../frame/formats.ts';
import { html, page, redirect, type Html, type PageCall } from '../frame/page.ts';
import type { WordKey } from '../text/words.ts';
import { agencyField, anyAgency, expiryField, pathIn, registrarHasAgency, roleItems, rolesField } from './fields-pages.ts';
import { rolesText, stateOf } from './present.ts';

const doneWords = {
  added: 'operators.doneAdded', rights: 'operators.doneRights', off: 'operators.doneOff', on: 'operators.doneOn', sessions: 'operators.doneSessions',
  revoked: 'operators.doneRevoked', asked: 'operators.doneAsked', recovered: 'operators.doneRecovered', refused: 'operators.doneRefused',
  certificate: 'clientCertificates.doneRevoked',
} as const satisfies Record<string, WordKey>;
type Done = keyof typeof doneWords;

const ById = z.object({ id: z.uuid() });
const Recovery = z.object({ recovery: z.uuid() });
type Call = Pick<PageCall<{ id: string }>, 'services' | 'actor' | 't' | 'params'>;

const back = (id: string, done: Done) => redirect(`/operators/${id}?done=${done}`);

/** The whole page, whichever of its forms was sent: what was typed stays, the others show how things stand. */
async function operatorPage({ services, actor, t, params: { id } }: Call, form: Form, done?: Done): Promise<Html> {
  const { keys, ...operator } = await openOperator(services, id);
  const recovery = await waitingRecovery(services, id);
  const now = services.now();
  const stored = { roles: operator.roles, agencyPath: await ownAgencyText(services, { agencyPath: operator.agencyPath ?? undefined }), expiresAt: operator.expiresAt ? showDate(operator.expiresAt) : '' };
  return html('operators/operator.njk', {
    operator, at: `/operators/${id}`, form: { ...form, values: { ...stored, ...form.values } }, done: done && t(doneWords[done]), state: stateOf(operator, now, t),
    isPerson: operator.kind === 'person', roles: rolesText(operator.roles, t), roleItems: roleItems(t), recovery,
    certificates: (await listOperatorCertificates(services, id)).map((one) => presentOperatorCertificate(one, now, t)),
    offered: await offerAgencies(services, form, anyAgency), place: stored.agencyPath, keys: keys.map((key) => ({ ...key, isOver: key.expiresAt <= now })),
    mayAsk: actor.id !== id && operator.active && operator.email !== null, mayApprove: recovery !== undefined && recovery.askedBy !== actor.id && actor.id !== id,
  });
}

const again = operatorPage;
const allow = 'operator:manage';

/** One operator: roles, keys, sessions, recovery. */
export const operatorPages = [
  page({
    method: 'get', path: '/operators/:id', allow, params: ById, query: z.object({ done: z.enum(Object.keys(doneWords) as [Done, ...Done[]]).optional() }),
    handle: async (call) => operatorPage(call, emptyForm, call.query.done),
  }),
  page({
    method: 'post', path: '/operators/:id/rights', allow, params: ById, again, 
    body: z.object({ roles: rolesField, agencyPath: agencyField, expiresAt: expiryField }).refine(registrarHasAgency.is, registrarHasAgency.else),
    mistakes: { 'last-administrator': { field: 'roles' } },
    handle: async ({ services, actor, params: { id }, body: { agencyPath, ...rights } }) => {
      await setOperatorRights(services, actor, { id, ...rights, agencyPath: (await pathIn(services, agencyPath)) ?? null });
      return back(id, 'rights');
    },
  }),
  page({
    method: 'post', path: '/operators/:id/state', allow, params: ById, again, body: z.object({ active: z.stringbool() }), mistakes: { 'last-administrator': {} },
    handle: async ({ services, actor, params: { id }, body: { active } }) => {
      await setOperatorActive(services, actor, { id, active });
      if (!active) await endAllSessions(services, actor, { operatorId: id, officialId: null });
      return back(id, active ? 'on' : 'off');
    },
  }),
  page({
    method: 'post', path: '/operators/:id/sessions', allow, params: ById,
    handle: async ({ services, actor, params: { id } }) => {
      await openOperator(services, id);
      await endAllSessions(services, actor, { operatorId: id, officialId: null });
      return back(id, 'sessions');
    },
  }),
  page({
    method: 'post', path: '/operators/:id/keys', allow, params: ById, again,
    body: z.object({
      label: z.string('operators.keyLabelWrong').trim().min(1, 'operators.keyLabelWrong').max(200, 'operators.keyLabelWrong'),
      days: z.coerce.number('operators.keyDaysWrong').int('operators.keyDaysWrong').min(1, 'operators.keyDaysWrong').max(1_095, 'operators.keyDaysWrong'),
    }),
    handle: async ({ services, actor, params: { id }, body }) => html('operators/key.njk', { key: await issueApiKey(services, actor, { operatorId: id, ...body }) }),
  }),
  page({
    method: 'post', path: '/operators/:id/keys/revoke', allow, params: ById, body: z.object({ key: z.uuid() }),
    handle: async ({ services, actor, params: { id }, body: { key } }) => {
      await revokeApiKey(services, actor, key);
      return back(id, 'revoked');
    },
  }),
  page({
    method: 'post', path: '/operators/:id/certificates/revoke', allow, params: ById, body: z.object({ certificate: z.uuid() }), again, mistakes: { 'certificate-already-revoked': {} },
    handle: async ({ services, actor, params: { id }, body: { certificate } }) => {
      await revokeOperatorCertificate(services, actor, { operatorId: id, id: certificate, reason: 'privilegeWithdrawn' });
      return back(id, 'certificate');
    },
  }),
  page({
    method: 'post', path: '/operators/:id/recovery', allow, params: ById, again,
    body: z.object({ reason: z.string('operators.recoveryReasonWrong').trim().min(1, 'operators.recoveryReasonWrong').max(500, 'operators.recoveryReasonWrong') }),
    mistakes: { 'own-request': { field: 'reason' }, 'duplicate-request': {}, 'recovery-impossible': { field: 'reason' } },
    handle: async ({ services, actor, params: { id }, body: { reason } }) => {
      await askRecovery(services, actor, { operatorId: id, reason });
      return back(id, 'asked');
    },
  }),
  page({
    method: 'post', path: '/operators/:id/recovery/approve', allow, params: ById, body: Recovery, again, mistakes: { 'own-request': { word: 'operators.recoveryOther' }, 'recovery-impossible': {} },
    handle: async ({ services, actor, params: { id }, body: { recovery } }) => {
      await approveRecovery(services, actor, recovery);
      return back(id, 'recovered');
    },
  }),
  page({
    method: 'post', path: '/operators/:id/recovery/refuse', allow, params: ById, body: Recovery,
    handle: async ({ services, actor, params: { id }, body: { recovery } }) => {
      await refuseRecovery(services, actor, recovery);
      return back(id, 'refused');
    },
  }),
];
