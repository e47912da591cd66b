import { requireWithin } from '../access/scope.ts';
import { findAgencyByCode } from '../agencies/find.ts';
import type { Page, PageRequest } from '../database/paging.ts';
import type { Actor, Services } from '../services.ts';
import { listByEnd, listByName, listFew, type Person, type PersonState } from './store.ts';

export { personStates, type Person, type PersonState } from './store.ts';

/** What somebody narrows the list down to. */
export interface PeopleQuestion {
  state?: PersonState | undefined;
  /** words of the name or the e-mail, with or without diacritics */
  q?: string | undefined;
  /** identifier code; all below it included */
  agency?: string | undefined;
  /** only those whose certificate ends within so many days */
  days?: number | undefined;
}

const dayMs = 86_400_000;

/** What is listed where nobody chose: who is looked for by name may have no certificate. */
export const stateOf = ({ state, q, days }: PeopleQuestion): PersonState => state ?? (q === undefined || days !== undefined ? 'certified' : 'all');

/**
 * People within the actor's own tree of agencies with what ends when; those with a certificate by its end, the others by name.
 * @throws Problem `not-found` for an agency that is not there, `outside-your-agency`
 */
export async function findPeople({ db, now }: Pick<Services, 'db' | 'now'>, actor: Actor, question: PeopleQuestion, page: PageRequest): Promise<Page<Person>> {
  const top = question.agency === undefined ? undefined : await findAgencyByCode(db, question.agency);
  if (top) requireWithin(actor, top.path);
  const at = now();
  const state = stateOf(question);
  const within = { path: top?.path ?? actor.agencyPath, words: (question.q ?? '').split(/\s+/).filter(Boolean).slice(0, 8) };
  const filter = { state, at, ...within, until: question.days === undefined ? undefined : new Date(at.getTime() + question.days * dayMs), ids: await listFew(db, within) };
  return state === 'certified' ? listByEnd(db, filter, page) : listByName(db, filter, page);
}
