import { z } from 'zod';
import { findPeople, personStates, stateOf, type PeopleQuestion, type Person, type PersonState } from '../../people/list.ts';
import { mostTyped, narrowTo } from '../agencies/pick.ts';
import { filledForm, typedOrChosen } from '../frame/form.ts';
import { showDate, showNumber } from '../frame/formats.ts';
import { html, page, type Html, type PageCall } from '../frame/page.ts';
import type { Translate, WordKey } from '../text/words.ts';

const perPage = 25;
const horizons = ['30', '60', '90'] as const;
const dayMs = 86_400_000;
/** From here on an end is pressing: no later than this it is reminded of. */
const pressingDays = 30;

const blank = <T extends z.ZodType>(type: T) => z.preprocess((value) => (value === '' ? undefined : value), type.optional());
const filter = z.object({
  state: blank(z.enum(personStates)), q: blank(z.string().trim().max(100)), agency: typedOrChosen(blank(z.string().trim().max(mostTyped))), days: blank(z.enum(horizons).transform(Number)),
  after: z.string().max(400).optional(),
});

const tabWords = { certified: 'people.tabCertified', without: 'people.tabWithout', left: 'people.tabLeft', all: 'people.tabAll' } as const satisfies Record<PersonState, WordKey>;
const noneWords = { certified: 'people.noneCertified', without: 'people.noneWithout', left: 'people.noneLeft', all: 'people.none' } as const satisfies Record<PersonState, WordKey>;

/** The people of the own agencies with what ends when, narrowed down by what stands in the address. */
export const peopleListPages = [
  page({ method: 'get', path: '/people', allow: 'official:read', query: filter, handle: async (call) => showList(call, call.query) }),
];

async function showList({ services, actor, t, here }: PageCall, { after, ...question }: z.output<typeof filter>): Promise<Html> {
  const state = stateOf(question);
  const values = Object.fromEntries(Object.entries(question).map(([name, value]) => [name, String(value ?? '')]));
  const { code, form, offered } = await narrowTo(services, actor, filledForm(values), t);
  const page = code === null ? { items: [], next: null } : await findPeople(services, actor, { ...question, agency: code }, { after, limit: perPage });
  return html('people/list.njk', {
    form, offered,
    people: page.items.map((person) => rowOf(person, services.now(), t)), next: page.next, isFirst: after === undefined, here,
    tabs: tabsOf(state, question, t), isFiltered: [question.q, question.agency, question.days].some((value) => value !== undefined),
    horizons: [{ value: '', text: t('people.anyTime') }, ...horizons.map((value) => ({ value, text: t('people.withinDays', { count: value }) }))],
    none: t(noneWords[state]), mayAsk: actor.permissions.has('request:submit'), mayEnter: actor.permissions.has('official:write'), mayFeed: actor.permissions.has('calendar-feed:manage'),
  });
}

/** The other filters stay while one looks under another tab. */
function tabsOf(current: PersonState, { q, agency, days }: PeopleQuestion, t: Translate): { href: string; text: string; current: boolean }[] {
  return personStates.map((state) => {
    const search = new URLSearchParams({ state, ...(q ? { q } : {}), ...(agency ? { agency } : {}), ...(days && state === 'certified' ? { days: String(days) } : {}) });
    return { href: `/people?${search.toString()}`, text: t(tabWords[state]), current: state === current };
  });
}

function rowOf(person: Person, at: Date, t: Translate): Record<string, unknown> {
  const { notAfter, leftAt, isHeld, certificateId, id, name } = person;
  const links: [WordKey, string][] = certificateId === null ? (leftAt ? [] : [['people.askIssue', `/ask/issue?official=${id}`]])
    : leftAt ? [['people.askRevoke', `/ask/revoke?certificate=${certificateId}`]]
      : [['people.askRenew', `/ask/renew?certificate=${certificateId}`], ['people.askChange', `/ask/change?certificate=${certificateId}`], ['people.askRevoke', `/ask/revoke?certificate=${certificateId}`]];
  return {
    ...person, asks: links.map(([word, href]) => ({ href, text: t(word), whom: t('people.askFor', { who: name }) })),
    end: notAfter ? { date: showDate(notAfter), ...leftOf(notAfter, at, t) } : undefined,
    tag: leftAt ? (notAfter ? { kind: 'bad', text: t('people.stillValid') } : { kind: 'off', text: t('people.hasLeft') })
      : isHeld ? { kind: 'wait', text: t('people.held') } : notAfter ? undefined : { kind: 'off', text: t('people.noCertificate') },
  };
}

function leftOf(notAfter: Date, at: Date, t: Translate): { left: string; pressing: boolean } {
  const days = Math.floor((notAfter.getTime() - at.getTime()) / dayMs);
  return { left: days < 1 ? t('people.lastDay') : t('people.daysLeft', { count: showNumber(days, t.language) }), pressing: days <= pressingDays };
}
