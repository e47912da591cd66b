import { z } from 'zod';
import { confirmBySignature } from '../../forms/confirm.ts';
import { printForm } from '../../forms/print.ts';
import { attachPaper, maxPaperBytes } from '../../papers/attach.ts';
import { showRequest } from '../../work-list/show.ts';
import { emptyForm, type Form } from '../frame/form.ts';
import { file, html, page, redirect, type Html, type Mistakes, type PageCall } from '../frame/page.ts';
import { kindWords, stateTag } from '../work-list/words.ts';
import { refused } from '../frame/form.ts';
import { paperWords, type AttachedKind } from './words.ts';

const byId = z.object({ id: z.uuid() });
const kinds = Object.keys(paperWords) as AttachedKind[];
const uploadOf = (field: string): { maxBytes: number; files: string[] } => ({ maxBytes: maxPaperBytes, files: [field] });
const openStates: ReadonlySet<string> = new Set(['draft', 'returned', 'confirmed', 'examined']);

const mistakesIn = (field: string): Mistakes => ({
  'document-unreadable': { field, word: 'ask.unreadable' }, 'too-large': { field, word: 'ask.paperTooLarge' }, 'state-changed': { word: 'ask.closed' },
  'confirmation-not-valid': { field, word: 'ask.formRefused' }, 'request-already-decided': {}, 'own-request': {}, 'not-permitted': {},
});

/** A request that was handed in: its printed form, the signed one back, and papers beside it. */
export const askedPages = [
  page({ method: 'get', path: '/asked/:id', allow: 'request:submit', params: byId, query: z.object({ papers: z.enum(['failed', 'taken']).optional() }), handle: async (call) => showAsked(call, call.params.id, emptyForm) }),
  page({
    method: 'post', path: '/asked/:id/papers', allow: 'request:submit', params: byId, upload: uploadOf('file'), mistakes: mistakesIn('file'), body: z.object({ paperKind: z.enum(kinds, 'ask.paperKindMissing') }),
    again: async (call, form) => showAsked(call, call.params.id, form),
    handle: async ({ services, actor, params: { id }, body: { paperKind }, files }) => {
      const paper = files['file'];
      if (!paper) throw refused('file', 'ask.paperMissing');
      await attachPaper(services, actor, { requestId: id, kind: paperKind, ...paper });
      return redirect(`/asked/${id}?papers=taken`);
    },
  }),
  page({
    method: 'get', path: '/asked/:id/file/form', allow: 'request:submit', params: byId,
    handle: async ({ services, actor, params: { id } }) => {
      const { number, bytes } = await printForm(services, actor, id);
      return file(bytes, 'application/pdf', `mau-${number}-${id}.pdf`);
    },
  }),
  page({
    method: 'post', path: '/asked/:id/form', allow: 'request:confirm', params: byId, upload: uploadOf('form'), mistakes: mistakesIn('form'), body: z.object({}),
    again: async (call, form) => showAsked(call, call.params.id, form),
    handle: async ({ services, actor, params: { id }, files }) => {
      const signed = files['form'];
      if (!signed) throw refused('form', 'ask.paperMissing');
      await confirmBySignature(services, actor, id, signed);
      return redirect(`/work-list/${id}?done=yes`);
    },
  }),
];

async function showAsked({ services, actor, t, here }: PageCall, id: string, form: Form): Promise<Html> {
  const { request, papers } = await showRequest(services, actor, id);
  const state = stateTag(request.state, t);
  return html('ask/asked.njk', {
    id, form, papers, state: new URL(here, 'http://here').searchParams.get('papers'), isDraft: request.state === 'draft', isOpen: openStates.has(request.state),
    mayConfirm: actor.permissions.has('request:confirm'), kinds: kinds.map((value) => ({ value, text: t(paperWords[value]) })),
    rows: [{ label: t('work.kind'), value: t(kindWords[request.kind]) }, { label: t('work.who'), value: request.holder ?? request.agencyName }, { label: t('work.state'), value: state.text, tag: state.tag }],
  });
}
