import { z } from 'zod';
import { bulkDecisions, type BulkDecision } from '../../bulk/decide.ts';
import type { JobState } from '../../bulk/planned.ts';
import { Problem } from '../../problems.ts';
import { decideReorganisation } from '../../reorganisation/decide.ts';
import { planReorganisation } from '../../reorganisation/plan.ts';
import { findReorganisations, getReorganisation, previewReorganisation } from '../../reorganisation/show.ts';
import { emptyForm, type Form, refused } from '../frame/form.ts';
import { showDateTime, showNumber } from '../frame/formats.ts';
import { html, page, redirect, type Html, type PageCall } from '../frame/page.ts';
import type { WordKey } from '../text/words.ts';
import { actionTypes, readAction, type ActionType } from './action.ts';

const perPage = 25;
/** A preview shows so many of each kind, and says so. */
const shownRows = 100;
const byId = z.object({ id: z.uuid() });
const line = (max: number, word: WordKey) => z.string().trim().min(1, word).max(max, word).refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value), word);
const Plan = z.object({
  title: line(200, 'reorganisations.nameMissing'), legalBasis: line(500, 'reorganisations.basisMissing'), what: z.enum(actionTypes, 'reorganisations.whatMissing'),
  agencies: z.string().max(20_000), into: z.string().max(20_000), successor: z.string().trim().max(35),
});
const Decision = z.object({
  decision: z.enum(bulkDecisions, 'work.decisionMissing'), contentHash: z.string().regex(/^[0-9a-f]{64}$/), reason: z.string().trim().max(2_000).transform((text) => (text === '' ? undefined : text)),
}).refine(({ decision, reason }) => decision !== 'refuse' || reason !== undefined, { path: ['reason'], message: 'reorganisations.reasonMissing' });

const actionWords = {
  'merge-into-new': 'reorganisations.mergeNew', 'merge-into-existing': 'reorganisations.mergeOld', split: 'reorganisations.split', rename: 'reorganisations.rename', dissolve: 'reorganisations.dissolve',
} as const satisfies Record<ActionType, WordKey>;
const fateWords = {
  made: 'reorganisations.fateMade', closed: 'reorganisations.fateClosed', replaced: 'reorganisations.fateReplaced', renamed: 'reorganisations.fateRenamed', kept: 'reorganisations.fateKept', relabelled: 'reorganisations.fateRelabelled',
} as const;
const states: Readonly<Record<JobState, readonly [tag: string, word: WordKey]>> = {
  checking: ['wait', 'reorganisations.stateChecked'], checked: ['note', 'reorganisations.stateChecked'], examined: ['wait', 'reorganisations.stateExamined'], running: ['wait', 'reorganisations.stateRunning'],
  stopped: ['off', 'reorganisations.stateStopped'], finished: ['good', 'reorganisations.stateFinished'], refused: ['bad', 'reorganisations.stateRefused'],
};
const decisionWords = { approve: 'reorganisations.approve', refuse: 'reorganisations.refuse', stop: 'reorganisations.stop', resume: 'reorganisations.resume' } as const satisfies Record<BulkDecision, WordKey>;
const openTo: Readonly<Record<string, readonly BulkDecision[]>> = { checked: ['approve', 'refuse'], examined: ['approve', 'refuse'], running: ['stop'], stopped: ['resume', 'refuse'] };

/** Plans for agencies that merge, split, change their name or end: drawn up, looked at, approved by two others. */
export const reorganisationPages = [
  page({ method: 'get', path: '/reorganisations', allow: 'request:examine', query: z.object({ after: z.string().max(400).optional() }), handle: async (call) => showPlans(call, call.query.after) }),
  page({ method: 'get', path: '/reorganisations/new', allow: 'request:examine', handle: async (call) => planForm(call, emptyForm) }),
  page({
    method: 'post', path: '/reorganisations/new', allow: 'request:examine', body: Plan, again: async (call, form) => planForm(call, form), mistakes: { 'duplicate-request': { field: 'agencies', word: 'reorganisations.overlaps' } },
    handle: async ({ services, actor, body: { title, legalBasis, ...typed } }) => {
      if (!actor.permissions.has('agency:write')) throw new Problem('not-permitted');
      const action = readAction(typed);
      const { id } = await planReorganisation(services, actor, { title, legalBasis, actions: [action] }).catch((error: unknown) => {
        throw error instanceof Problem && error.code === 'invalid-fields' ? refused('agencies', 'reorganisations.contradicts') : error;
      });
      return redirect(`/reorganisations/${id}`);
    },
  }),
  page({ method: 'get', path: '/reorganisations/:id', allow: 'request:examine', params: byId, query: z.object({ done: z.literal('yes').optional() }), handle: async (call) => showPlan(call, call.params.id, emptyForm) }),
  page({
    method: 'post', path: '/reorganisations/:id', allow: 'request:approve', params: byId, body: Decision, again: async (call, form) => showPlan(call, call.params.id, form),
    mistakes: { 'own-request': { field: 'decision', word: 'reorganisations.own' }, 'state-changed': { word: 'reorganisations.changed' }, 'request-already-decided': {} },
    handle: async ({ services, actor, params: { id }, body }) => {
      await decideReorganisation(services, actor, id, body);
      return redirect(`/reorganisations/${id}?done=yes`);
    },
  }),
];

async function showPlans({ services, actor, t, here }: PageCall, after: string | undefined): Promise<Html> {
  const { items, next } = await findReorganisations(services.db, actor, { after, limit: perPage });
  const rows = items.map(({ id, title, legalBasis, state, createdAt }) => ({ title: { text: title, href: `/reorganisations/${id}` }, basis: legalBasis, state: stateOf(state, t), created: showDateTime(createdAt) }));
  return html('reorganisations/list.njk', { rows, next, isFirst: after === undefined, here, mayPlan: actor.permissions.has('agency:write') });
}

function stateOf(state: string, t: PageCall['t']): { tag: string; text: string } {
  const [tag, word] = states[state as JobState];
  return { tag, text: t(word) };
}

const planForm = ({ t }: PageCall, form: Form): Html => html('reorganisations/new.njk', { form, types: actionTypes.map((value) => ({ value, text: t(actionWords[value]) })) });

async function showPlan({ services, actor, t, here }: PageCall, id: string, form: Form): Promise<Html> {
  const plan = await getReorganisation(services.db, actor, id);
  const { agencies, people, lines } = await previewReorganisation(services.db, actor, plan, shownRows);
  const count = (kind: string): string => showNumber(plan.certificates.filter((one) => one.kind === kind).reduce((sum, one) => sum + one.count, 0), t.language);
  const state = stateOf(plan.state, t);
  return html('reorganisations/plan.njk', {
    id, form, title: plan.title, done: here.includes('done=yes'), contentHash: plan.contentHash, firstOnly: t('reorganisations.firstOnly', { count: shownRows }),
    rows: [
      { label: t('reorganisations.basis'), value: plan.legalBasis }, { label: t('reorganisations.state'), value: state.text, tag: state.tag }, { label: t('reorganisations.created'), value: showDateTime(plan.createdAt) },
      { label: t('reorganisations.people'), value: showNumber(plan.people, t.language) }, { label: t('reorganisations.certificatesChanged'), value: count('change') },
      { label: t('reorganisations.certificatesRevoked'), value: count('revoke') }, { label: t('reorganisations.overlap'), value: t('reorganisations.days', { count: plan.overlapDays }) },
    ],
    agencies: agencies.items.map(({ code, name, fate, successorCode }) => ({ code, name, fate: t(fateWords[fate]), successor: successorCode ?? '' })), moreAgencies: agencies.next !== null,
    people: people.items.map(({ officialId, name, email }) => ({ name: { text: name, href: `/officials/${officialId}` }, email })), morePeople: people.next !== null,
    lines: lines.items.map(({ subjectText, kind }) => ({ subject: subjectText ?? '', becomes: t(kind === 'revoke' ? 'reorganisations.lineRevoke' : 'reorganisations.lineChange') })), moreLines: lines.next !== null,
    approvals: plan.approvals.map(({ decision, actorName, decidedAt }) => ({ decision: t(decisionWords[decision as BulkDecision]), by: actorName, at: showDateTime(decidedAt) })),
    choices: actor.permissions.has('request:approve') ? (openTo[plan.state] ?? []).map((value) => ({ value, text: t(decisionWords[value]) })) : [],
  });
}
