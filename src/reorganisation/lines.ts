import { randomUUID } from 'node:crypto';
import type { NameParts } from '../../pki/name/build.ts';
import { blankLine } from '../bulk/create.ts';
import { lineHash } from '../bulk/compose.ts';
import type { LineRow } from '../bulk/planned.ts';
import { isSubscriberProfile, subscriberProfiles, type GroundName } from '../requests/kinds.ts';
import { composeSubject, type AgencyLevel } from '../requests/subject.ts';
import { levelsOf, successorOf, type Model, type PlannedAgency } from './model.ts';
import type { TouchedCertificate } from './store.ts';

/** Why a certificate ends that nothing follows (NĐ 68/2024 Điều 17). */
const endings = { official: 'position-changed', agency: 'agency-dissolved', service: 'service-ceased' } as const satisfies Record<string, GroundName>;

/**
 * What becomes of every certificate touched, one line each. Merged into a new body: one seal changes its name, the rest are
 * revoked. Into an existing body: its seal stays, the others are revoked. A new superior, and persons: change of content.
 * A certificate whose name stays as it is has no line.
 */
export function planLines(bulkId: string, model: Model, touched: readonly TouchedCertificate[], sameKey: boolean): LineRow[] {
  const codeOf = new Map([...model.agencies.values()].map(({ id, code }) => [id, code]));
  const levels = new Map<string, AgencyLevel[]>();
  const named = (code: string): AgencyLevel[] => {
    let known = levels.get(code);
    if (!known) levels.set(code, known = levelsOf(model, code));
    return known;
  };
  const heirs = heirsOf(model, touched, codeOf);
  const lines: LineRow[] = [];
  for (const certificate of touched) {
    const { profile, officialId, placeId } = certificate;
    if (!isSubscriberProfile(profile)) continue;
    const code = codeOf.get(placeId) ?? '';
    const moved = officialId === null ? undefined : model.moves.get(officialId);
    const place = moved === undefined ? successorOf(model, code) : model.agencies.get(moved);
    const fate = profile === 'agency-seal' ? sealFate(model.agencies.get(code), heirs.has(certificate.id)) : place ? 'change' : 'revoke';
    if (fate === 'keep') continue;
    const base: LineRow = { ...blankLine, bulkId, line: lines.length + 1, id: randomUUID(), kind: fate, state: 'ready', profile, officialId, certificateId: certificate.id, serviceName: certificate.serviceName };
    const line = fate === 'revoke' || !place
      ? { ...base, kind: 'revoke' as const, agencyId: placeId, subjectText: certificate.subjectText, ground: endings[subscriberProfiles[profile]] }
      : changeLine(base, certificate, { place, levels: named(place.code), sameKey });
    if (line) lines.push({ ...line, contentHash: lineHash(line) });
  }
  return lines;
}

const sealFate = (agency: PlannedAgency | undefined, isHeir: boolean): 'change' | 'revoke' | 'keep' =>
  (isHeir ? 'change' : !agency ? 'keep' : agency.fate === undefined ? 'change' : agency.seals);

/** For each new body of a merger the one seal that lives on under its name: as ordered, else the one that ends last. */
function heirsOf(model: Model, touched: readonly TouchedCertificate[], codeOf: ReadonlyMap<string, string>): ReadonlySet<string> {
  const seals = touched.filter(({ profile }) => profile === 'agency-seal');
  return new Set([...model.heirs.values()].flatMap(({ agencies, sealOf }) => {
    const candidates = seals.filter(({ placeId }) => (sealOf === undefined ? agencies : [sealOf]).includes(codeOf.get(placeId) ?? ''));
    return candidates.toSorted((a, b) => b.notAfter.getTime() - a.notAfter.getTime() || (a.id < b.id ? -1 : 1))[0]?.id ?? [];
  }));
}

function changeLine(
  line: LineRow, certificate: TouchedCertificate, { place, levels, sameKey }: { place: PlannedAgency; levels: AgencyLevel[]; sameKey: boolean },
): LineRow | undefined {
  const { profile, name, email, serviceName, notAfter, spkiHash } = certificate;
  const holder = subscriberProfiles[profile as keyof typeof subscriberProfiles];
  const subject = composeSubject({ holder, levels, official: name !== null && email !== null ? { name, email } : undefined, serviceName: serviceName ?? undefined });
  const subjectText = textOf(subject);
  if (subjectText === certificate.subjectText) return undefined;
  return { ...line, agencyId: place.id, subject, subjectText, endsAt: notAfter, spkiHash: sameKey ? spkiHash : null };
}

/** As `printName` writes it, most specific first; the encoding is made when the line is carried out, and refused there if it cannot be. */
const textOf = (subject: NameParts): string =>
  subject.toReversed().map(([type, value]) => `${type}=${value.replaceAll(/[\\"+,;<>]|^[ #]| $/g, '\\$&')}`).join(',');
