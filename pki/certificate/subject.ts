import { attributeForms, type NameParts } from '../name/build.ts';
import type { Name } from '../name/parse.ts';
import { violation, type Profile, type SubjectField, type SubjectSource } from './profile.ts';

/** What is known about the subject, by source; units from the top of the tree down. */
export type SubjectFacts = Readonly<Partial<Record<SubjectSource, string | readonly string[]>>>;

/**
 * The subject a profile makes of the facts: its attributes in its order. Facts it has no field for are left out.
 * @throws PkiError `profile-violation` when a required part is missing or there are too many
 */
export function layoutSubject({ subjectLayout }: Pick<Profile, 'subjectLayout'>, facts: SubjectFacts): NameParts {
  return subjectLayout.flatMap((field) => {
    const fact = facts[field.source];
    const values = fact === undefined ? [] : typeof fact === 'string' ? [fact] : fact;
    if (field.required && values.length === 0) violation(`the subject has ${field.type} (${field.source})`);
    if (values.length > field.max) violation(`at most ${field.max} of ${field.type} (${field.source})`);
    return values.map((value) => [field.type, value] as const);
  });
}

/** Whether a name has the attributes of the layout, in its order and within its counts, one to an RDN. */
export function fitsLayout(layout: readonly SubjectField[], name: Name): boolean {
  if (name.rdns.some((rdn) => rdn.length !== 1)) return false;
  const found = name.rdns.map((rdn) => rdn[0]!.oid);
  let at = 0;
  for (const { type, required, max } of layout) {
    let count = 0;
    while (found[at] === attributeForms[type].oid) {
      at++;
      count++;
    }
    if (count > max || (required && count === 0)) return false;
  }
  return at === found.length;
}
