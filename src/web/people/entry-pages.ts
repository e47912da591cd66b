import { z } from 'zod';
import { searchCertificates } from '../../certificates/find.ts';
import { askIdentityCheck } from '../../officials/check-identity.ts';
import { getOfficial, type ShownOfficial } from '../../officials/find.ts';
import { changeOfficial, registerOfficial } from '../../officials/register.ts';
import type { Actor } from '../../services.ts';
import { agencyText, mostTyped, offerAgencies, ownAgencyText, pickAgency, type Picking } from '../agencies/pick.ts';
import { filledForm, typedOrChosen, type Form } from '../frame/form.ts';
import { showDate, showDateTime } from '../frame/formats.ts';
import { html, page, redirect, type Html, type Mistakes, type PageCall } from '../frame/page.ts';
import type { Translate, WordKey } from '../text/words.ts';
import { besideFields, readPersonal } from './entry.ts';

const text = (max: number, word: WordKey) => z.string().trim().min(1, word).max(max, word).refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value), word);
const said = <T extends z.ZodType>(type: T) => z.preprocess((value) => (typeof value === 'string' && value.trim() === '' ? undefined : value), type.optional());
const fields = {
  name: text(64, 'people.nameMissing'), position: text(200, 'people.positionMissing'), email: z.string().trim().max(254, 'people.emailWrong').pipe(z.email('people.emailWrong')),
  agency: typedOrChosen(z.string().trim().min(1, 'people.agencyMissing').max(mostTyped, 'agencies.unknown')),
  nationalId: said(z.string().max(40, 'people.numberDigits')), birthDate: said(z.string().trim().max(20, 'people.birthDateWrong')), sex: said(z.enum(['male', 'female'])), mobile: said(z.string().max(30, 'people.mobileWrong')),
};
const NewPerson = z.object(fields);
const ChangedPerson = z.object({ ...fields, left: z.literal('yes').optional() });
const byId = z.object({ id: z.uuid() });
const shown = z.object({ done: z.enum(['entered', 'saved']).optional(), look: z.literal('province').optional() });

const mistakes: Mistakes = {
  'person-elsewhere': { field: 'nationalId', word: 'people.elsewhere' }, 'outside-your-agency': { field: 'agency', word: 'people.agencyOutside' },
};
const checkWords = {
  confirmed: ['good', 'people.identityConfirmed'], differs: ['bad', 'people.identityDiffers'], 'not-found': ['bad', 'people.identityNotFound'],
  waiting: ['wait', 'people.identityWaiting'], 'not-checked': ['off', 'people.identityNotChecked'],
} as const satisfies Record<ShownOfficial['identityCheck'], readonly [string, WordKey]>;

/** Entering an official, and changing an entry: renamed, moved, promoted, left. */
export const entryPages = [
  page({ method: 'get', path: '/people/new', allow: 'official:write', handle: async (call) => newForm(call, filledForm({ agency: await ownAgencyText(call.services, call.actor) })) }),
  page({
    method: 'post', path: '/people/new', allow: 'official:write', body: NewPerson, mistakes, again: async (call, form) => newForm(call, form),
    handle: async ({ services, actor, body: { agency, nationalId, birthDate, sex, mobile, ...entry } }) => {
      const personal = readPersonal({ nationalId, birthDate, sex, mobile }, services.now());
      const { id, warnings } = await besideFields(registerOfficial(services, actor, { ...entry, ...personal, agencyId: (await pickAgency(services, agency, ownAgency(actor))).id }));
      return redirect(pathOf(id, 'entered', warnings));
    },
  }),
  page({ method: 'get', path: '/people/:id', allow: 'official:write', params: byId, query: shown, handle: async (call) => showEntry(call, call.params.id, undefined) }),
  page({
    method: 'post', path: '/people/:id', allow: 'official:write', params: byId, body: ChangedPerson, mistakes, again: async (call, form) => showEntry(call, call.params.id, form),
    handle: async ({ services, actor, params: { id }, body: { agency, nationalId, birthDate, sex, mobile, left, ...entry } }) => {
      const personal = readPersonal({ nationalId, birthDate, sex, mobile }, services.now());
      const { warnings } = await besideFields(changeOfficial(services, actor, id, { ...entry, ...personal, agencyId: (await pickAgency(services, agency, ownAgency(actor))).id, left: left === 'yes' }));
      return redirect(pathOf(id, 'saved', warnings));
    },
  }),
  page({
    method: 'post', path: '/people/:id/check', allow: 'official:write', params: byId,
    handle: async ({ services, actor, params: { id } }) => {
      await askIdentityCheck(services, actor, id);
      return redirect(`/people/${id}`);
    },
  }),
];

const pathOf = (id: string, done: string, warnings: readonly string[]): string => `/people/${id}?done=${done}${warnings.includes('province-unknown') ? '&look=province' : ''}`;

const sexes = (t: Translate): { value: string; text: string }[] =>
  [{ value: '', text: t('people.sexUnsaid') }, { value: 'male', text: t('people.male') }, { value: 'female', text: t('people.female') }];

const ownAgency = ({ agencyPath }: Actor): Picking => ({ field: 'agency', within: agencyPath });

const newForm = async ({ services, actor, t }: PageCall, form: Form): Promise<Html> =>
  html('people/new.njk', { form, offered: await offerAgencies(services, form, ownAgency(actor)), sexes: sexes(t), checks: services.population !== undefined });

async function showEntry({ services, actor, t, here }: PageCall, id: string, form: Form | undefined): Promise<Html> {
  const official = await getOfficial(services, actor, id);
  const { items } = await searchCertificates(services, actor, { officialId: id, state: 'issued' }, { limit: 20 });
  const live = items.filter(({ notAfter }) => notAfter > services.now());
  const { name, position, email, agencyCode, leftAt, identityCheck, identityCheckedAt, nationalId } = official;
  const [tag, word] = checkWords[identityCheck];
  const agencyName = official.history[0]?.agencyName;
  const place = agencyName === undefined ? agencyCode : agencyText({ name: agencyName, code: agencyCode });
  const search = new URL(here, 'http://here').searchParams;
  return html('people/entry.njk', {
    id, name, offered: form ? await offerAgencies(services, form, ownAgency(actor)) : [], form: form ?? filledForm({ name, position, email, agency: place, ...(leftAt ? { left: 'yes' } : {}) }), sexes: sexes(t), done: search.get('done'), look: search.get('look'),
    rows: [
      { label: t('people.position'), value: position }, { label: t('people.email'), value: email }, { label: t('people.agency'), value: place },
      { label: t('people.nationalId'), value: nationalId, mono: true }, { label: t('people.identity'), value: t(word), tag }, { label: t('people.checkedAt'), value: identityCheckedAt && showDateTime(identityCheckedAt) },
      { label: t('work.state'), value: t(leftAt ? 'people.hasLeft' : 'people.serving'), tag: leftAt ? 'off' : 'good' },
    ],
    kept: t('people.personalKept', { number: nationalId ?? t('people.numberUnknown') }), mayCheck: services.population !== undefined && nationalId !== null && identityCheck !== 'waiting',
    checks: services.population !== undefined, hasLeft: leftAt !== null, mayAsk: actor.permissions.has('request:submit'),
    live: live.map(({ id: certificate, serialNumber, notAfter }) => ({ id: certificate, serialNumber, ends: t('people.certificateEnds', { date: showDate(notAfter) }) })),
  });
}
