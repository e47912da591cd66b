import { z } from 'zod';
import { openPaper } from '../../papers/read.ts';
import { decideRequest } from '../../requests/decide.ts';
import { decisionNames } from '../../requests/states.ts';
import { showRequest, type RequestView } from '../../work-list/show.ts';
import { emptyForm, type Form } from '../frame/form.ts';
import { file, html, page, redirect, type Html, type PageCall } from '../frame/page.ts';
import { presentRequest } from './present.ts';
import { choiceWords, doneWords, hindranceWords } from './words.ts';

const byId = z.object({ id: z.uuid() });
const needsReason = new Set(['return', 'refuse']);

const decisionForm = z.object({
  decision: z.enum(decisionNames, 'work.decisionMissing'), reason: z.string().trim().max(2000).transform((text) => (text === '' ? undefined : text)),
  contentHash: z.string().regex(/^[0-9a-f]{64}$/),
}).refine(({ decision, reason }) => reason !== undefined || !needsReason.has(decision), { path: ['reason'], message: 'work.reasonMissing' });

/** One request with everything needed to decide, and the decision itself. */
export const requestPages = [
  page({
    method: 'get', path: '/work-list/:id', allow: 'request:read', params: byId, query: z.object({ done: z.literal('yes').optional() }),
    handle: async (call) => showOne(call, call.params.id, emptyForm),
  }),
  page({
    method: 'post', path: '/work-list/:id', allow: 'request:read', params: byId, body: decisionForm,
    again: async (call, form) => showOne(call, call.params.id, form),
    mistakes: {
      'own-request': { field: 'decision' }, 'not-permitted': { field: 'decision' }, 'request-already-decided': {}, 'state-changed': { word: 'work.changedMeanwhile' },
      'key-used-by-another': {}, 'key-compromised': {}, 'certificate-already-revoked': {}, 'profile-violation': {}, 'renewal-not-open': {}, 'csr-signature-invalid': {},
    },
    handle: async ({ services, actor, params: { id }, body }) => {
      await decideRequest(services, { requestId: id, actor, ...body });
      return redirect(`/work-list/${id}?done=yes`);
    },
  }),
  page({
    method: 'get', path: '/work-list/:id/file/:paper', allow: 'request:read', params: byId.extend({ paper: z.uuid() }),
    handle: async ({ services, actor, params: { id, paper } }) => {
      const { bytes, name } = await openPaper(services, actor, id, paper);
      return file(bytes, 'application/pdf', name);
    },
  }),
];

async function showOne({ services, actor, t, here }: PageCall, id: string, form: Form): Promise<Html> {
  const view = await showRequest(services, actor, id);
  return html('work-list/request.njk', {
    ...presentRequest(view, services.now(), t), form, done: here.includes('done=yes'), ...choicesOf(view, t),
    decisions: view.decisions.map((one) => ({ ...one, what: t(doneWords[one.decision]) })),
  });
}

function choicesOf({ mayDecide, hindrance, request }: RequestView, t: PageCall['t']): Record<string, unknown> {
  return {
    choices: mayDecide.map((decision) => ({ value: decision, text: t(choiceWords[decision]) })), hindrance: hindrance && t(hindranceWords[hindrance]),
    contentHash: Buffer.from(request.contentHash).toString('hex'),
  };
}
