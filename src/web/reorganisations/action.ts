import type { Action, NewBody } from '../../reorganisation/model.ts';
import { refused } from '../frame/form.ts';

export const actionTypes = ['merge-into-new', 'merge-into-existing', 'split', 'rename', 'dissolve'] as const;
export type ActionType = (typeof actionTypes)[number];

export interface TypedAction { what: ActionType; agencies: string; into: string; successor: string }

const linesOf = (text: string): string[] => text.split(/\r?\n/).map((line) => line.trim()).filter(Boolean);

/**
 * One action of a plan as it is typed: codes one to a line, new bodies as a code and a name.
 * @throws Problem `invalid-fields` beside the field
 */
export function readAction({ what, agencies, into, successor }: TypedAction): Action {
  const codes = linesOf(agencies);
  const [agency] = codes;
  if (agency === undefined) throw refused('agencies', 'reorganisations.agenciesMissing');
  if (what === 'merge-into-existing' && successor === '') throw refused('successor', 'reorganisations.successorMissing');
  switch (what) {
    case 'merge-into-new': return { type: what, agencies: codes, into: bodiesIn(into)[0]! };
    case 'merge-into-existing': return { type: what, agencies: codes, into: successor };
    case 'split': return { type: what, agency, into: bodiesIn(into) };
    case 'rename': return { type: what, agency, name: nameIn(into) };
    case 'dissolve': return { type: what, agency, ...(successor === '' ? {} : { successor }) };
  }
}

function bodiesIn(text: string): NewBody[] {
  const bodies = linesOf(text).map((line) => /^(\S{1,35})\s+(\S.{0,249})$/u.exec(line));
  if (bodies.length === 0 || bodies.includes(null)) throw refused('into', 'reorganisations.intoMissing');
  return bodies.map((found) => ({ code: found![1]!, name: found![2]! }));
}

function nameIn(text: string): string {
  const [name, ...more] = linesOf(text);
  if (name === undefined || name.length > 250 || more.length > 0) throw refused('into', 'reorganisations.intoMissing');
  return name;
}
