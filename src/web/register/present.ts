import type { CertificateItem } from '../../certificates/find.ts';
import type { DeviceState } from '../../devices/states.ts';
import type { AgencyView } from '../../lookup/agency.ts';
import type { FoundCertificate } from '../../lookup/search.ts';
import type { OfficialView } from '../../lookup/official.ts';
import { certificateTag, profileText } from '../certificates/words.ts';
import { showDate, showDateTime, showHex, showNumber } from '../frame/formats.ts';
import type { Translate, WordKey } from '../text/words.ts';
import { identityOf } from '../work-list/present.ts';
import { kindWords, stateTag, type Tag } from '../work-list/words.ts';

type Shown = Record<string, unknown>;

const deviceWords = {
  'in-stock': 'register.inStock', 'in-use': 'register.inUse', locked: 'register.locked', lost: 'register.lost', broken: 'register.broken', retired: 'register.retired',
} as const satisfies Record<DeviceState, WordKey>;

/** An official's page: the identity number is masked already. */
export function presentOfficial({ official, certificates, requests }: OfficialView, at: Date, t: Translate): Shown {
  const identity = identityOf(official.identityCheck, t);
  return {
    id: official.id, name: official.name, shownState: official.leftAt ? { tag: 'off', text: t('register.left', { at: showDate(official.leftAt) }) } : { tag: 'good', text: t('register.serving') },
    rows: [
      { label: t('work.position'), value: official.position },
      { label: t('work.agency'), value: `${official.history[0]?.agencyName ?? ''} (${official.agencyCode})`, href: `/agencies/${official.agencyId}` },
      { label: t('work.email'), value: official.email },
      { label: t('register.nationalId'), value: official.nationalId, mono: true },
      { label: t('register.identity'), value: identity.text, tag: identity.tag },
      { label: t('register.checkedAt'), value: official.identityCheckedAt && showDateTime(official.identityCheckedAt) },
    ],
    certificates: certificates.map((one) => certificateRow(one, at, t)), devices: official.devices.map(({ serial, kind }) => ({ serial, kind })),
    requests: requests.map(({ id, kind, state, createdAt }) => {
      const { tag, text } = stateTag(state, t);
      return { what: { text: t(kindWords[kind]), href: `/work-list/${id}`, label: `${t(kindWords[kind])}, ${showDateTime(createdAt)}` }, state: { tag, text }, sent: showDateTime(createdAt) };
    }),
    history: official.history.map(({ agencyName, agencyCode, name, position, validFrom, validTo }) => ({
      agency: `${agencyName} (${agencyCode})`, position, name, from: showDate(validFrom), to: validTo ? showDate(validTo) : t('register.now'),
    })),
  };
}

function certificateRow(one: CertificateItem | FoundCertificate, at: Date, t: Translate): Shown {
  const { tag, text } = certificateTag(one, at, t);
  return {
    serial: { text: showHex(one.serialNumber), href: `/certificates/${one.id}` }, profile: profileText(one.profile, t), state: { tag, text }, from: showDate(one.notBefore), until: showDate(one.notAfter),
  };
}

const soonDays = 60;
const dayMs = 86_400_000;

function endOf(endsAt: Date | null, at: Date, t: Translate): { text: string; tag?: Tag } {
  if (!endsAt) return { text: t('register.noCertificate'), tag: 'off' };
  const days = Math.ceil((endsAt.getTime() - at.getTime()) / dayMs);
  return days <= soonDays ? { text: t('register.soon', { date: showDate(endsAt), days }), tag: 'wait' } : { text: showDate(endsAt) };
}

/** An agency's page. */
export function presentAgency(view: AgencyView, at: Date, t: Translate): Shown {
  const { agency, above, below, names, registrars, certificates, people, devices } = view;
  return {
    id: agency.id, name: agency.name, trail: above.map(({ id, name, mayOpen }) => (mayOpen ? { href: `/agencies/${id}`, text: name } : { text: name })),
    shownState: agency.validTo ? { tag: 'off', text: t('register.closed', { at: showDate(agency.validTo) }) } : { tag: 'good', text: t('register.active') },
    rows: [
      { label: t('register.code'), value: agency.code, mono: true }, { label: t('register.aliases'), value: agency.aliases.join(', '), mono: true },
      { label: t('register.certificateName'), value: agency.certificateName }, { label: t('register.locality'), value: agency.locality },
      { label: t('register.unitCode'), value: agency.unitCode, mono: true }, { label: t('register.since'), value: showDate(agency.validFrom) },
      { label: t('register.successor'), value: agency.successorName, href: `/agencies/${agency.successorId}` },
    ],
    registrars, below, names: names.length > 1 ? names.map(({ name, validFrom, validTo }) => ({ name, from: showDate(validFrom), to: validTo ? showDate(validTo) : t('register.now') })) : [],
    certificates: certificates.map((one) => certificateRow(one, at, t)), showsPeople: people !== undefined, next: people?.next ?? null,
    people: (people?.items ?? []).map((one) => ({ name: { text: one.name, href: `/officials/${one.id}` }, position: one.position, email: one.email, until: endOf(one.endsAt, at, t) })),
    devices: devices.map(({ state, count }) => ({ state: t(deviceWords[state]), count: showNumber(count, t.language) })),
  };
}
