import { z } from 'zod';
import { sayName } from '../../../pki/name/print.ts';
import { decideRequests } from '../../requests/decide.ts';
import { kinds } from '../../requests/kinds.ts';
import { Problem, problems } from '../../problems.ts';
import type { Actor, Services } from '../../services.ts';
import { countWaiting, findWork, ownSteps, steps, type Step, type WorkItem } from '../../work-list/list.ts';
import { showRequest } from '../../work-list/show.ts';
import { mostTyped, narrowTo } from '../agencies/pick.ts';
import { emptyForm, many, typedOrChosen, type Form } from '../frame/form.ts';
import { html, page, redirect, type Html, type PageCall } from '../frame/page.ts';
import type { Translate } from '../text/words.ts';
import { dueText, kindWords, stateTag, stepWords } from './words.ts';

const perPage = 25;
const blank = <T extends z.ZodType>(type: T) => z.preprocess((value) => (value === '' ? undefined : value), type.optional());
const filter = z.object({
  step: blank(z.enum(steps)), kind: blank(z.enum(kinds)), q: blank(z.string().trim().max(100)), agency: typedOrChosen(blank(z.string().trim().max(mostTyped))),
  late: blank(z.stringbool()), urgent: blank(z.stringbool()), after: z.string().max(400).optional(),
});
type Filter = z.output<typeof filter>;

const ids = many(z.uuid()).refine((chosen) => chosen.length > 0, 'work.nothingChosen');

/** The decisions that can be taken on many at once: those that need no reason. */
const together = { confirm: 'work.confirmChosen', examine: 'work.examineChosen', approve: 'work.approveChosen' } as const;
const isTogether = (step: Step): step is keyof typeof together => Object.hasOwn(together, step);

/** The requests that wait, the most pressing first, narrowed down by what stands in the address. */
export const workListPages = [
  page({ method: 'get', path: '/work-list', allow: 'request:read', query: filter, handle: async (call) => showList(call, call.query, emptyForm) }),
  page({
    method: 'post', path: '/work-list', allow: 'request:read', query: filter, body: z.object({ decision: z.enum(['confirm', 'examine', 'approve']), chosen: ids }),
    again: async (call, form) => showList(call, call.query, form),
    handle: async ({ services, actor, body: { decision, chosen }, t }) => {
      const outcomes = await decideRequests(services, chosen.map((requestId) => ({ requestId, decision, actor })));
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      for (const { reason } of refused) if (!(reason instanceof Problem)) throw reason;
      if (refused.length === 0) return redirect(`/work-list?done=${chosen.length}`);
      const rows = await Promise.all(outcomes.map(async (outcome, i) => ({
        id: chosen[i], ...(outcome.status === 'fulfilled' ? { who: sayName(outcome.value.subjectText), ...stateTag(outcome.value.state, t) }
          : { who: await whoOf(services, actor, chosen[i]!) ?? t('work.unknownRequest'), tag: 'bad', text: problems[(outcome.reason as Problem).code][t.language] }),
      })));
      return html('work-list/many.njk', { rows, done: outcomes.length - refused.length });
    },
  }),
];

/** For whom a request is; undefined where there is none that the actor may see. */
async function whoOf(services: Services, actor: Actor, id: string): Promise<string | undefined> {
  const view = await showRequest(services, actor, id).catch((error: unknown) => {
    if (error instanceof Problem) return undefined;
    throw error;
  });
  return view && (view.request.holder ?? view.request.agencyName);
}

async function showList(call: PageCall, question: Filter, form: Form): Promise<Html> {
  const { services, actor, t } = call;
  const own = ownSteps(actor);
  const counts = await countWaiting(services, actor);
  const values = Object.fromEntries(Object.entries(question).flatMap(([name, value]) => (value === undefined || value === false ? [] : [[name, String(value)]])));
  const narrowedTo = await narrowTo(services, actor, { ...form, values: { ...values, ...form.values } }, t);
  const found = narrowedTo.code === null ? { items: [], next: null } : await findWork(services, actor, { ...question, agency: narrowedTo.code }, { after: question.after, limit: perPage });
  const only: Step | undefined = question.step ?? (own.length === 1 ? own[0] : undefined);
  const decision = only !== undefined && isTogether(only) && own.includes(only) ? only : undefined;
  const { step: _step, after: _after, ...narrowed } = question;
  return html('work-list/list.njk', {
    form: narrowedTo.form, offered: narrowedTo.offered, items: found.items.map((item) => rowOf(item, services.now(), t)), next: found.next, isFirst: question.after === undefined,
    tabs: tabsOf(question.step, counts, t), late: counts.late, isFiltered: Object.values(narrowed).some((value) => value !== undefined), here: call.here,
    done: new URL(call.here, 'http://here').searchParams.get('done'), decision, decideText: decision && t(together[decision]),
    kinds: [{ value: '', text: t('work.any') }, ...kinds.map((kind) => ({ value: kind, text: t(kindWords[kind]) }))],
  });
}

/** Only these have a term that runs. */
const waits: ReadonlySet<WorkItem['state']> = new Set(['draft', 'confirmed', 'examined']);

function rowOf(item: WorkItem, at: Date, t: Translate): Record<string, unknown> {
  return { ...item, who: item.holder ?? item.agencyName, kindText: t(kindWords[item.kind]), due: waits.has(item.state) ? dueText(item.dueAt, at, t) : { text: '–' }, shownState: stateTag(item.state, t) };
}

function tabsOf(current: Step | undefined, counts: Awaited<ReturnType<typeof countWaiting>>, t: Translate): { href: string; text: string; count?: number; current: boolean }[] {
  return [
    { href: '/work-list', text: t('work.stepMine'), current: current === undefined },
    ...steps.map((step) => ({
      href: `/work-list?step=${step}`, text: t(stepWords[step]), current: current === step, ...(step === 'ended' ? {} : { count: counts[step] }),
    })),
  ];
}
