import { z } from 'zod';
import { findAuditEntries, openAuditEntry, type AuditRow } from '../../audit/find.ts';
import { showDateTime, withQuery } from '../frame/formats.ts';
import { filledForm, formAgain, readForm } from '../frame/form.ts';
import { html, page } from '../frame/page.ts';
import type { Translate, WordKey } from '../text/words.ts';
import { endOfDay } from '../operators/present.ts';
import { eventText, subjectText } from './event-words.ts';
import { presentChange } from './present.ts';

const perPage = 50;
const dayMs = 86_400_000;
const text = z.string().trim().max(200).transform((value) => (value === '' ? undefined : value)).optional();
const day = z.string().max(20).transform((typed, ctx) => {
  if (typed.trim() === '') return undefined;
  const end = endOfDay(typed);
  if (end) return new Date(end.getTime() + 1_000);
  ctx.addIssue({ code: 'custom', message: 'audit.dayWrong' });
  return z.NEVER;
}).optional();

const Typed = z.object({
  actorId: z.string().max(200).optional(), action: z.string().max(200).optional(), subjectType: z.string().max(200).optional(), subjectId: z.string().max(200).optional(),
  requestId: z.string().max(200).optional(), from: z.string().max(20).optional(), until: z.string().max(20).optional(), after: z.string().max(400).optional(),
});
/** `from` and `until` are the ends of their days; a day that begins is the end of the one before. */
const Filter = z.object({ actorId: text, action: text, subjectType: text, subjectId: text, requestId: text, from: day, until: day });

const kindWords: Readonly<Record<string, WordKey>> = {
  operator: 'audit.kindOperator', 'api-key': 'audit.kindKey', official: 'audit.kindOfficial', system: 'audit.kindSystem', anyone: 'audit.kindAnyone',
};

const rowOf = (entry: AuditRow, t: Translate) => ({
  at: { text: showDateTime(entry.at), href: `/audit/${entry.sequence}` }, who: nameOf(entry, t), what: eventText(entry.action, t),
  subject: subjectText(entry.subjectType, t), subjectId: entry.subjectId,
});

const nameOf = ({ actorKind, actorName }: AuditRow, t: Translate): string =>
  (actorKind === 'anyone' || actorKind === 'system' ? t(kindWords[actorKind] ?? 'audit.kindAnyone') : actorName);

/** The audit to read and to check; nothing here changes it. */
export const auditPages = [
  page({
    method: 'get', path: '/audit', allow: 'audit:read', query: Typed,
    handle: async ({ services, query: { after, ...typed }, t, here }) => {
      const values = Object.fromEntries(Object.entries(typed).map(([name, value]) => [name, value ?? '']));
      const read = readForm(Filter, typed as Record<string, string>, t);
      const form = 'mistakes' in read ? formAgain({}, values, read.mistakes) : filledForm(values);
      const filter = 'mistakes' in read ? undefined : read.body as z.output<typeof Filter>;
      const { items, next } = filter === undefined ? { items: [], next: null }
        : await findAuditEntries(services, { ...filter, from: filter.from && new Date(filter.from.getTime() - dayMs) }, { after, limit: perPage });
      return html('audit/list.njk', { form, rows: items.map((entry) => rowOf(entry, t)), next, here, isFirst: after === undefined, isFiltered: Object.values(values).some((value) => value !== '') });
    },
  }),
  page({
    method: 'get', path: '/audit/:number', allow: 'audit:read', params: z.object({ number: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
    handle: async ({ services, params: { number }, t }) => {
      const entry = await openAuditEntry(services, number);
      return html('audit/entry.njk', {
        entry, what: eventText(entry.action, t), subject: subjectText(entry.subjectType, t), who: nameOf(entry, t), kind: t(kindWords[entry.actorKind] ?? 'audit.kindAnyone'), change: presentChange(entry, t),
        subjectPath: withQuery('/audit', { subjectType: entry.subjectType, subjectId: entry.subjectId }), actorPath: withQuery('/audit', { actorId: entry.actorId }),
      });
    },
  }),
];
