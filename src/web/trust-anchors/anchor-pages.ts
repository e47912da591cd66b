import { z } from 'zod';
import { approveTrustAnchor } from '../../trust-anchors/approve.ts';
import { findTrustAnchors, openTrustAnchor } from '../../trust-anchors/find.ts';
import { certificatesOf, importTrustAnchors } from '../../trust-anchors/import.ts';
import { approveWithdrawal, proposeWithdrawal, refuseWithdrawal } from '../../trust-anchors/withdraw.ts';
import { newestTrustLists, overdueTrustLists } from '../../trust-lists/find.ts';
import { Problem } from '../../problems.ts';
import { emptyForm, filledForm, type Form } from '../frame/form.ts';
import { showDate } from '../frame/formats.ts';
import { html, page, redirect, type Html, type PageCall } from '../frame/page.ts';
import type { Translate, WordKey } from '../text/words.ts';
import { anchorState, listState, periodText, scopeItems, scopeText } from './present.ts';

const perPage = 25;
const maxFileBytes = 150_000;
const doneWords = {
  proposed: 'trust.doneProposed', known: 'trust.doneKnown', approved: 'trust.doneApproved', withdrawing: 'trust.doneWithdrawing', withdrawn: 'trust.doneWithdrawn', kept: 'trust.doneKept', refused: 'trust.doneRefused',
} as const satisfies Record<string, WordKey>;
type Done = keyof typeof doneWords;
const done = z.enum(Object.keys(doneWords) as [Done, ...Done[]]).optional();
const states = ['waiting', 'in-force', 'withdrawn'] as const;
const ById = z.object({ id: z.uuid() });

/** As printed: 64 hex digits, with or without colons and spaces. */
const fingerprint = z.string().transform((text) => text.replaceAll(/[:\s]/g, '').toLowerCase()).pipe(z.string().regex(/^[0-9a-f]{64}$/, 'trust.fingerprintWrong'));
const Proposal = z.object({
  file: z.base64().min(1, 'trust.fileWrong').max(210_000),
  fingerprints: z.string().max(8_000).transform((text) => text.split(/[\n,;]/).map((line) => line.trim()).filter(Boolean)).pipe(z.array(fingerprint).min(1, 'trust.fingerprintWrong').max(100)),
  label: z.string().trim().min(1, 'trust.labelWrong').max(200, 'trust.labelWrong'),
  domain: z.string().trim().regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$/, 'trust.domainWrong'), scope: z.enum(['signing', 'timestamping', 'any']),
});

function previewPage(bytes: Uint8Array, form: Form, t: Translate): Html {
  const rows = certificatesOf(bytes).map(({ subject, issuer, notBefore, notAfter, isAuthority }) => ({
    subject, issuer, validity: t('trust.period', { from: showDate(notBefore), until: showDate(notAfter) }), kind: isAuthority ? { tag: 'good', text: t('trust.isAuthority') } : { tag: 'off', text: t('trust.notAuthority') },
  }));
  if (rows.length === 0) throw new Problem('document-unreadable');
  return html('trust-anchors/preview.njk', { form, rows, file: Buffer.from(bytes).toString('base64'), scopeItems: scopeItems(t) });
}

async function anchorPage({ services, actor, t, params: { id } }: Pick<PageCall<{ id: string }>, 'services' | 'actor' | 't' | 'params'>, form: Form, said?: Done): Promise<Html> {
  const anchor = await openTrustAnchor(services, id);
  const mayManage = actor.permissions.has('trust-anchor:manage') && anchor.withdrawnAt === null;
  return html('trust-anchors/anchor.njk', {
    anchor, form, at: `/trust-anchors/${id}`, done: said && t(doneWords[said]), state: anchorState(anchor, t), scope: scopeText(anchor, t), trusted: periodText(anchor, t), mayManage,
    // who is to approve must know it by another way
    fingerprint: anchor.confirmedAt ? Buffer.from(anchor.fingerprint).toString('hex') : undefined,
    isOwn: anchor.createdBy === actor.id, isOwnWithdrawal: anchor.withdrawalProposedBy === actor.id,
  });
}

const newForm = (form: Form): Html => html('trust-anchors/new.njk', { form });
const [read, manage] = ['trust-anchor:read', 'trust-anchor:manage'] as const;
const back = (id: string, said: Done) => redirect(`/trust-anchors/${id}?done=${said}`);

/** What trust begins with: proposed by one person, approved or withdrawn with another. */
export const trustAnchorPages = [
  page({
    method: 'get', path: '/trust-anchors', allow: read,
    query: z.object({ state: z.preprocess((value) => (value === '' ? undefined : value), z.enum(states).optional()), after: z.string().max(400).optional(), done }),
    handle: async ({ services, actor, t, here, query }) => {
      const { items, next } = await findTrustAnchors(services, { state: query.state }, { after: query.after, limit: perPage });
      const [lists, overdue] = await Promise.all([newestTrustLists(services), overdueTrustLists(services)]);
      return html('trust-anchors/list.njk', {
        form: filledForm({ state: query.state ?? '' }), isFiltered: query.state !== undefined, here, next, isFirst: query.after === undefined, done: query.done && t(doneWords[query.done]), mayManage: actor.permissions.has(manage),
        stateItems: [{ value: '', text: t('trust.any') }, { value: 'waiting', text: t('trust.stateProposed') }, { value: 'in-force', text: t('trust.stateInForce') }, { value: 'withdrawn', text: t('trust.stateWithdrawn') }],
        rows: items.map((one) => ({ label: { text: one.label, href: `/trust-anchors/${one.id}` }, domain: one.domain, scope: scopeText(one, t), trusted: periodText(one, t), state: anchorState(one, t) })),
        overdue: overdue.map(({ operatorName, domain, nextUpdate }) => t('trust.listOverdue', { operator: operatorName, domain, due: showDate(nextUpdate!) })),
        lists: lists.map((one) => ({ operator: { text: one.operatorName, href: `/trust-anchors/lists/${one.id}` }, domain: one.domain, sequence: one.sequenceNumber, issued: showDate(one.issuedAt), state: listState(one, t) })),
      });
    },
  }),
  page({ method: 'get', path: '/trust-anchors/new', allow: manage, handle: async () => newForm(emptyForm) }),
  page({
    method: 'post', path: '/trust-anchors/new', allow: manage, upload: { maxBytes: maxFileBytes, files: ['file'] },
    again: async (_call, form) => newForm(form),
    mistakes: { 'invalid-fields': { field: 'file', word: 'trust.fileWrong' }, 'document-unreadable': { field: 'file', word: 'trust.fileWrong' }, 'too-large': { field: 'file', word: 'trust.fileHint' } },
    handle: async ({ files, t }) => {
      if (!files['file']) throw new Problem('document-unreadable');
      return previewPage(files['file'].bytes, emptyForm, t);
    },
  }),
  page({
    method: 'post', path: '/trust-anchors/proposals', allow: manage, body: Proposal,
    again: async ({ t }, form) => {
      const { file } = form.values;
      return typeof file === 'string' && file !== '' ? previewPage(Buffer.from(file, 'base64'), form, t) : newForm({ ...form, mistakes: [{ field: 'file', text: t('trust.fileWrong') }], errors: { file: t('trust.fileWrong') } });
    },
    mistakes: { 'invalid-fields': { field: 'fingerprints', word: 'trust.fingerprintWrong' } },
    handle: async ({ services, actor, body: { file, ...proposal } }) => {
      const { proposed } = await importTrustAnchors(services, actor, { ...proposal, bytes: new Uint8Array(Buffer.from(file, 'base64')) });
      return redirect(`/trust-anchors?done=${proposed.length > 0 ? 'proposed' : 'known'}`);
    },
  }),
  page({ method: 'get', path: '/trust-anchors/:id', allow: read, params: ById, query: z.object({ done }), handle: async (call) => anchorPage(call, emptyForm, call.query.done) }),
  page({
    method: 'post', path: '/trust-anchors/:id/approve', allow: manage, params: ById, body: z.object({ fingerprint }), again: anchorPage,
    mistakes: { 'invalid-fields': { field: 'fingerprint', word: 'trust.fingerprintWrong' }, 'own-request': { word: 'trust.needOther' } },
    handle: async ({ services, actor, params: { id }, body }) => {
      await approveTrustAnchor(services, actor, { id, ...body });
      return back(id, 'approved');
    },
  }),
  page({
    method: 'post', path: '/trust-anchors/:id/withdraw', allow: manage, params: ById, again: anchorPage,
    body: z.object({ reason: z.string('trust.reasonWrong').trim().min(1, 'trust.reasonWrong').max(1_000, 'trust.reasonWrong') }),
    handle: async ({ services, actor, params: { id }, body: { reason } }) => {
      const { withdrawnAt } = await proposeWithdrawal(services, actor, { id, reason });
      return back(id, withdrawnAt ? 'withdrawn' : 'withdrawing');
    },
  }),
  page({
    method: 'post', path: '/trust-anchors/:id/withdrawal', allow: manage, params: ById, body: z.object({ decision: z.enum(['approve', 'refuse']) }), again: anchorPage, mistakes: { 'own-request': { word: 'trust.needOther' } },
    handle: async ({ services, actor, params: { id }, body: { decision } }) => {
      if (decision === 'approve') await approveWithdrawal(services, actor, id);
      else await refuseWithdrawal(services, actor, id);
      return back(id, decision === 'approve' ? 'withdrawn' : 'kept');
    },
  }),
];
