import type { Actor, Services } from '../services.ts';
import { readSerial } from './serial.ts';
import { findAgencies, findBySerial, findPeople, type FoundAgency, type FoundCertificate, type FoundPerson } from './store.ts';

export type { FoundAgency, FoundCertificate, FoundPerson } from './store.ts';

/** As many as are shown of a kind; whoever sees more than these types another word. */
export const mostFound = 10;
const mostWords = 6;
/** One letter begins every tenth name. */
const fewestLetters = 2;

export interface Group<T> { items: T[]; /** there are more than are shown */ more: boolean }
export interface Found { people: Group<FoundPerson>; agencies: Group<FoundAgency>; certificates: Group<FoundCertificate> }

/** The words that are searched for; none where too little was typed. */
export function wordsOf(typed: string): string[] {
  const words = typed.normalize('NFC').split(/\s+/).filter(Boolean).slice(0, mostWords);
  return words.some((word) => word.length >= fewestLetters) ? words : [];
}

/**
 * People, agencies and certificates by what somebody types: words in any case, with or without diacritics, each the beginning
 * of a word; a code; a serial number. Only what the actor may read, and of the own tree.
 */
export async function search({ db }: Pick<Services, 'db'>, actor: Actor, typed: string): Promise<Found> {
  const words = wordsOf(typed);
  const { permissions, agencyPath: within } = actor;
  const limit = mostFound + 1;
  const people = words.length > 0 && permissions.has('official:read') ? await findPeople(db, words, within, limit) : [];
  const agencies = words.length > 0 && permissions.has('agency:read') ? await findAgencies(db, words, within, limit) : [];
  const certificates: FoundCertificate[] = [];
  for (const range of permissions.has('certificate:read') ? readSerial(typed) : []) certificates.push(...await findBySerial(db, range, within, limit));
  const names = new Intl.Collator('vi');
  return {
    people: grouped(people.toSorted((a, b) => Number(a.leftAt !== null) - Number(b.leftAt !== null) || names.compare(a.name, b.name))),
    agencies: grouped(agencies), certificates: grouped([...new Map(certificates.map((one) => [one.id, one])).values()]),
  };
}

const grouped = <T>(items: T[]): Group<T> => ({ items: items.slice(0, mostFound), more: items.length > mostFound });
