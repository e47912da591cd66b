import { z } from 'zod';
import { findAgencyByCode } from '../../agencies/find.ts';
import { bulkDecisions } from '../../bulk/decide.ts';
import { lineStates } from '../../bulk/show.ts';
import { decideJob, findJobs, followJob, listJobLines, showJob, writeJobResults, type JobProgress } from '../../lookup/jobs.ts';
import { emptyForm, type Form } from '../frame/form.ts';
import { showDateTime, showNumber } from '../frame/formats.ts';
import { events, file, html, page, redirect, type Html, type PageCall } from '../frame/page.ts';
import type { Translate } from '../text/words.ts';
import { presentJob, presentLine } from './present.ts';
import { jobTag, operationWords } from './words.ts';

const byId = z.object({ id: z.uuid() });
const after = z.string().max(400).optional();
const perPage = 25;
const lineFilter = z.object({ line: z.enum(lineStates).optional(), after, done: z.literal('yes').optional() });
type LineFilter = z.output<typeof lineFilter>;

const Decision = z.object({
  decision: z.enum(bulkDecisions, 'jobs.decisionMissing'), contentHash: z.string().regex(/^[0-9a-f]{64}$/).or(z.literal('').transform(() => undefined)).optional(),
  reason: z.string().trim().max(2_000).transform((text) => (text === '' ? undefined : text)).optional(),
}).refine(({ decision, reason }) => decision !== 'refuse' || reason !== undefined, { path: ['reason'], message: 'jobs.reasonMissing' });

/** Bulk jobs and reorganisations in one place: how far they are, what they would do, and the decision on them. */
export const jobPages = [
  page({
    method: 'get', path: '/jobs', allow: 'request:read', query: z.object({ show: z.literal('all').optional(), after }),
    handle: async ({ services, actor, query, here, t }) => {
      const { items, next } = await findJobs(services, actor, { open: query.show !== 'all' }, { after: query.after, limit: perPage });
      const rows = items.map((one) => ({
        name: { text: one.title, href: `/jobs/${one.id}` }, operation: t(operationWords[one.operation]), agency: one.agencyName ? `${one.agencyName} (${one.agencyCode})` : '–',
        state: jobTag(one.state, t), lines: showNumber(one.lines, t.language), by: one.submittedName, at: showDateTime(one.createdAt),
      }));
      return html('jobs/list.njk', { rows, next, here, isFirst: query.after === undefined, showsAll: query.show === 'all' });
    },
  }),
  page({ method: 'get', path: '/jobs/:id', allow: 'request:read', params: byId, query: lineFilter, handle: async (call) => jobPage(call, call.params.id, call.query, emptyForm) }),
  page({
    method: 'post', path: '/jobs/:id', allow: 'request:approve', params: byId, body: Decision,
    again: async (call, form) => jobPage(call, call.params.id, {}, form),
    mistakes: { 'own-request': { field: 'decision' }, 'state-changed': { word: 'jobs.changed' }, 'request-already-decided': { word: 'jobs.changed' } },
    handle: async ({ services, actor, params: { id }, body }) => {
      await decideJob(services, actor, id, body);
      return redirect(`/jobs/${id}?done=yes`);
    },
  }),
  page({
    method: 'get', path: '/jobs/:id/file/results', allow: 'request:read', params: byId,
    handle: async ({ services, actor, params: { id } }) => file(await writeJobResults(services, actor, id), 'text/csv; charset=utf-8', `job-${id}.csv`),
  }),
  page({
    method: 'get', path: '/jobs/:id/events', allow: 'request:read', params: byId,
    handle: async ({ services, actor, params: { id }, signal, t }) => events(told(await followJob(services, actor, id, signal), t)),
  }),
];

async function jobPage({ services, actor, t, here }: PageCall, id: string, { line, after: from, done }: LineFilter, form: Form): Promise<Html> {
  const view = await showJob(services, actor, id);
  const { agencyCode } = view.job;
  const agency = agencyCode === null ? undefined : await findAgencyByCode(services.db, agencyCode);
  const { items, next } = await listJobLines(services, actor, view, { state: line }, { after: from, limit: perPage });
  return html('jobs/job.njk', {
    ...presentJob(view, actor, agency?.name, t), form, lines: items.map((one) => presentLine(one, t)), next, here, isFirst: from === undefined, chosenLine: line, done,
  });
}

/** Progress as the page's script shows it: numbers, and the words beside them. */
async function* told(source: AsyncIterable<JobProgress>, t: Translate): AsyncGenerator<{ event?: string; data: unknown }> {
  const words = (done: number, total: number): string => t('frame.of', { done: showNumber(done, t.language), total: showNumber(total, t.language) });
  for await (const { state, worked, total, steps, stepsOf } of source) {
    yield { data: { state, worked, workedText: words(worked, total), steps, stepsText: words(steps, stepsOf) } };
  }
  yield { event: 'end', data: {} };
}
