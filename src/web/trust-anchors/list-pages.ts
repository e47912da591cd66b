import { z } from 'zod';
import { approveTrustList, refuseTrustList } from '../../trust-lists/decide.ts';
import { openTrustList } from '../../trust-lists/find.ts';
import { proposeTrustList } from '../../trust-lists/propose.ts';
import { fetcher } from '../../trust-lists/refresh.ts';
import { Problem } from '../../problems.ts';
import { emptyForm, type Form } from '../frame/form.ts';
import { html, page, redirect, type Html, type PageCall } from '../frame/page.ts';
import { listState, previewRows } from './present.ts';

const ById = z.object({ id: z.uuid() });
const fingerprint = z.string('trust.fingerprintWrong').transform((text) => text.replaceAll(/[:\s]/g, '').toLowerCase()).pipe(z.string().regex(/^[0-9a-f]{64}$/, 'trust.fingerprintWrong'));
const manage = 'trust-anchor:manage';

const newForm = (form: Form): Html => html('trust-anchors/list-new.njk', { form });

async function listPage({ services, actor, t, params: { id } }: Pick<PageCall<{ id: string }>, 'services' | 'actor' | 't' | 'params'>, form: Form): Promise<Html> {
  const { list, preview } = await openTrustList(services, id);
  return html('trust-anchors/trusted-list.njk', {
    list, form, at: `/trust-anchors/lists/${id}`, state: listState(list, t), digest: Buffer.from(list.digest).toString('hex'), isOwn: list.proposedBy === actor.id,
    mayManage: list.approved === null && actor.permissions.has(manage), preview: preview && previewRows(preview, t),
    fetchedBy: list.fetchedFrom !== null && list.proposedBy === fetcher.id && list.approved === null, checkFailure: list.checkFailure && t('trust.checkFailed', { reason: list.checkFailure }),
  });
}

/** Trusted lists of ETSI TS 119 612: what one would change is seen before a second person agrees. */
export const trustedListPages = [
  page({ method: 'get', path: '/trust-anchors/lists/new', allow: manage, handle: async () => newForm(emptyForm) }),
  page({
    method: 'post', path: '/trust-anchors/lists/new', allow: manage, upload: { maxBytes: 33_554_432, files: ['file'] },
    body: z.object({ domain: z.string('trust.domainWrong').trim().regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$/, 'trust.domainWrong'), signerFingerprint: fingerprint }),
    again: async (_call, form) => newForm(form),
    mistakes: { 'invalid-fields': { field: 'file' }, 'document-unreadable': { field: 'file', word: 'trust.listFileWrong' }, 'too-large': { field: 'file', word: 'trust.listFileHint' } },
    handle: async ({ services, actor, files, body }) => {
      if (!files['file']) throw new Problem('document-unreadable');
      const { list } = await proposeTrustList(services, actor, { ...body, xml: files['file'].bytes });
      return redirect(`/trust-anchors/lists/${list.id}`);
    },
  }),
  page({ method: 'get', path: '/trust-anchors/lists/:id', allow: 'trust-anchor:read', params: ById, handle: async (call) => listPage(call, emptyForm) }),
  page({
    method: 'post', path: '/trust-anchors/lists/:id/approve', allow: manage, params: ById, body: z.object({ signerFingerprint: fingerprint }), again: listPage,
    mistakes: { 'invalid-fields': { field: 'signerFingerprint', word: 'trust.fingerprintWrong' }, 'own-request': { word: 'trust.needOther' } },
    handle: async ({ services, actor, params: { id }, body }) => {
      const { list } = await approveTrustList(services, actor, { id, ...body });
      return redirect(`/trust-anchors?done=${list.approved ? 'approved' : 'proposed'}`);
    },
  }),
  page({
    method: 'post', path: '/trust-anchors/lists/:id/refuse', allow: manage, params: ById,
    handle: async ({ services, actor, params: { id } }) => {
      await refuseTrustList(services, actor, id);
      return redirect('/trust-anchors?done=refused');
    },
  }),
];
