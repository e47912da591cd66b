import { oids } from '../asn1/oids.ts';
import type { NameConstraints } from '../certificate/general-name.ts';
import type { Certificate, GeneralName } from '../certificate/parse.ts';
import { containmentIn } from './names.ts';
import type { Work } from './work.ts';

type ByType = ReadonlyMap<GeneralName['type'], readonly GeneralName[]>;

/** permitted_subtrees and excluded_subtrees of RFC 5280 §6.1.2 (b), (c): empty at first, which permits and excludes nothing. */
export class ConstrainedNames {
  /** one layer per certificate with constraints: a name must be inside each, which is their intersection */
  private readonly permittedSubtrees: ByType[] = [];
  private readonly excludedSubtrees: ByType[] = [];
  private readonly leadingDot: boolean;

  constructor(leadingDot: boolean) {
    this.leadingDot = leadingDot;
  }

  /** §6.1.4 (g): intersection of what is permitted, union of what is excluded. */
  add({ permitted, excluded }: NameConstraints): void {
    this.permittedSubtrees.push(Map.groupBy(permitted, ({ type }) => type));
    this.excludedSubtrees.push(Map.groupBy(excluded, ({ type }) => type));
  }

  get isEmpty(): boolean {
    return this.permittedSubtrees.length === 0;
  }

  /**
   * §6.1.3 (b), (c): the first name that is not permitted or is excluded, in words; undefined when all are fine.
   * @throws WorkLimit
   */
  violation(certificate: Certificate, work: Work): string | undefined {
    if (this.isEmpty) return undefined;
    const names = namesOf(certificate);
    for (const name of names) {
      const layers = [...this.permittedSubtrees, ...this.excludedSubtrees];
      work.compare(layers.reduce((sum, layer) => sum + (layer.get(name.type)?.length ?? 0), 0));
    }
    for (const name of names) {
      if (!this.permittedSubtrees.every((layer) => isPermitted(name, layer.get(name.type), this.leadingDot))) return `${name.type} not permitted`;
      if (this.excludedSubtrees.some((layer) => isExcluded(name, layer.get(name.type), this.leadingDot))) return `${name.type} excluded`;
    }
    return undefined;
  }
}

/** A form that no permitted subtree names is free (§4.2.1.10). */
function isPermitted(name: GeneralName, bases: readonly GeneralName[] | undefined, leadingDot: boolean): boolean {
  if (!bases) return true;
  const places = bases.map((base) => containmentIn(name, base, leadingDot));
  return !places.includes(undefined) && places.includes('inside');
}

/** What we cannot judge counts as excluded: process the constraint or reject (§4.2.1.10). */
function isExcluded(name: GeneralName, bases: readonly GeneralName[] | undefined, leadingDot: boolean): boolean {
  return (bases ?? []).some((base) => containmentIn(name, base, leadingDot) !== 'outside');
}

/** The subject where it is not empty, the alternative names, and the subject's e-mail where no alternative name is one (§4.2.1.10). */
function namesOf({ subject, subjectAltName = [] }: Certificate): GeneralName[] {
  const names: GeneralName[] = subject.rdns.length > 0 ? [{ type: 'directoryName', name: subject }] : [];
  names.push(...subjectAltName);
  if (!subjectAltName.some(({ type }) => type === 'rfc822Name')) {
    for (const { oid, value } of subject.rdns.flat()) {
      if (oid === oids.emailAddress) names.push({ type: 'rfc822Name', value });
    }
  }
  return names;
}
