import { isWithin } from '../access/scope.ts';
import { findAgencyByCode } from '../agencies/find.ts';
import { Problem } from '../problems.ts';
import type { Services } from '../services.ts';
import { wordsOf } from './search.ts';
import { listAgencyChoices, listTopsNamed, type AgencyChoice } from './store.ts';

export type { AgencyChoice } from './store.ts';

/** As many as somebody looks through; who sees so many types another word. */
export const mostChoices = 20;

/** What was typed for an agency: the one it names, or those it may mean. */
export type ChosenAgency = { agency: Pick<AgencyChoice, 'id' | 'path' | 'code' | 'name'> & { closed: boolean } } | { choices: AgencyChoice[] };

/** Of how many provinces and ministries somebody may mean the name is looked into. */
const mostTops = 3;

/**
 * Open agencies below a path whose code begins so, or whose name has all the words, with or without diacritics. Where these are
 * few, some of the words may be those of the province or ministry: "so noi vu bac ninh".
 */
export async function findAgencyChoices({ db }: Pick<Services, 'db'>, typed: string, within: string | undefined): Promise<AgencyChoice[]> {
  const words = wordsOf(typed);
  if (words.length === 0) return [];
  const found = await listAgencyChoices(db, { typed: typed.trim(), words, within, limit: mostChoices });
  if (words.length === 1 || found.length === mostChoices) return found;
  for (const { path, named } of await topsNamed(db, words, within)) {
    const rest = words.filter((_word, i) => !named[i]);
    found.push(...await listAgencyChoices(db, { typed: rest.join(' '), words: rest, within: path, limit: mostChoices }));
  }
  return [...new Map(found.map((one) => [one.id, one])).values()].slice(0, mostChoices);
}

/** Those that have some of the words and leave some, the most first; cut down to the reach. */
async function topsNamed(db: Services['db'], words: readonly string[], within: string | undefined): Promise<{ path: string; named: boolean[] }[]> {
  const count = (named: readonly boolean[]): number => named.filter(Boolean).length;
  return (await listTopsNamed(db, words)).filter(({ path, named }) => count(named) > 0 && count(named) < words.length && (isWithin(within, path) || isWithin(path, within)))
    .toSorted((a, b) => count(b.named) - count(a.named)).slice(0, mostTops).map(({ path, named }) => ({ path: within !== undefined && isWithin(path, within) ? within : path, named }));
}

/** As it is offered, "name (code)", and as a code alone; whether it is of the actor's own is for the operation to say. */
const codeIn = (typed: string): string => /\(([\w.]{3,35})\)\s*$/.exec(typed)?.[1] ?? typed.trim();

/**
 * An agency by its code in either form, open or closed, or by what is offered for it; else by a name that only one has, or
 * that is the only one to have these words.
 */
export async function chooseAgency({ db }: Pick<Services, 'db'>, typed: string, within: string | undefined): Promise<ChosenAgency> {
  const byCode = await findAgencyByCode(db, codeIn(typed).toUpperCase()).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'not-found') return undefined;
    throw error;
  });
  if (byCode) return { agency: { id: byCode.id, path: byCode.path, code: byCode.code, name: byCode.name, closed: byCode.validTo !== null } };
  const choices = await findAgencyChoices({ db }, typed, within);
  const whole = choices.filter(({ isWhole }) => isWhole);
  const [only, ...others] = whole.length > 0 ? whole : choices;
  return only && others.length === 0 ? { agency: { ...only, closed: false } } : { choices };
}
