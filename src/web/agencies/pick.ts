import { isWithin } from '../../access/scope.ts';
import { chooseAgency, findAgencyChoices, type ChosenAgency } from '../../lookup/agency-choices.ts';
import type { Actor, Services } from '../../services.ts';
import { formAgain, refused, type Form } from '../frame/form.ts';
import type { Translate, WordKey } from '../text/words.ts';

type World = Pick<Services, 'db'>;

/** Which field it was typed in, and among which agencies a name is looked for: below this path, or everywhere. */
export interface Picking { field: string; within: string | undefined }

/** The longest that is typed or offered: a name of 250 characters and a code. */
export const mostTyped = 300;

/**
 * The open agency that was typed in a field, by its code, its name or as it was offered.
 * @throws Problem `invalid-fields` beside the field: there is none, there are several to choose from, or it is closed
 */
export async function pickAgency(services: World, typed: string, { field, within }: Picking): Promise<Extract<ChosenAgency, { agency: unknown }>['agency']> {
  const found = await chooseAgency(services, typed, within);
  if (!('agency' in found)) throw refused(field, found.choices.length === 0 ? 'agencies.unknown' : 'agencies.several');
  if (found.agency.closed) throw refused(field, 'people.agencyClosed');
  return found.agency;
}

/** One of some agencies that a name may mean, as the form offers it. */
export interface OfferedAgency { value: string; text: string; hint: string }

/** What a form that is shown again offers for a field whose name was not clear: nothing where the field has no mistake. */
export async function offerAgencies(services: World, { values, errors }: Form, { field, within }: Picking): Promise<OfferedAgency[]> {
  const typed = [values[field] ?? ''].flat().findLast((one) => one !== '');
  if (!errors[field] || typed === undefined) return [];
  return (await findAgencyChoices(services, typed, within)).map(({ code, name, above }) => ({ value: code, text: name, hint: above === null ? code : `${above} · ${code}` }));
}

/** By which agency a list is narrowed down. */
export type Narrowed = { code: string | undefined; form: Form; offered: [] } | { code: null; form: Form; offered: OfferedAgency[] };

/** The code of the agency that a list's filter names; where it is not clear `code` is null, and the form says what to mend. */
export async function narrowTo(services: World, { agencyPath }: Pick<Actor, 'agencyPath'>, form: Form, t: Translate): Promise<Narrowed> {
  const typed = form.values['agency'];
  if (typeof typed !== 'string' || typed === '') return { code: undefined, form, offered: [] };
  const picking = { field: 'agency', within: agencyPath };
  const found = await chooseAgency(services, typed, agencyPath);
  // closed ones too: what they did is still listed
  const word: WordKey | undefined = !('agency' in found) ? (found.choices.length === 0 ? 'agencies.unknown' : 'agencies.several') : isWithin(agencyPath, found.agency.path) ? undefined : 'people.agencyOutside';
  if ('agency' in found && word === undefined) return { code: found.agency.code, form: { ...form, values: { ...form.values, agency: agencyText(found.agency) } }, offered: [] };
  const mistaken = formAgain({}, form.values, [{ field: 'agency', text: t(word ?? 'agencies.unknown') }]);
  return { code: null, form: mistaken, offered: await offerAgencies(services, mistaken, picking) };
}

/** An agency as it stands in a field: the code is what counts, the name is for people. */
export const agencyText = ({ name, code }: { name: string; code: string }): string => `${name} (${code})`;

/** Where somebody acts for one agency, that one; else nothing. */
export async function ownAgencyText(services: World, { agencyPath }: Pick<Actor, 'agencyPath'>): Promise<string> {
  // the last label of a path is the code, its points as underscores
  const code = agencyPath?.split('.').at(-1)?.replaceAll('_', '.');
  if (code === undefined) return '';
  const found = await chooseAgency(services, code, agencyPath);
  return 'agency' in found ? agencyText(found.agency) : code;
}
