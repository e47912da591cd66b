import { blindIndexOf } from '../officials/personal-data.ts';
import type { Actor, Services } from '../services.ts';
import type { WorkbookRow } from './check-row.ts';
import { mistakeIn, plainText, type ColumnKey, type Mistake, type MistakeCode } from './columns.ts';
import { findAgenciesNamed, findOldCertificates, findPeople, type NamedAgency, type Person } from './store.ts';

/** A row with the agency it names, and the official where the register has one. */
export interface PlacedRow { row: WorkbookRow; agency: NamedAgency; officialId: string | undefined; /** the entry has no identity yet */ nameless: boolean }

/** Where a mistake about a person is shown, if not at the number. */
const columnOf: Partial<Record<MistakeCode, ColumnKey>> = { 'email-of-another': 'email', 'name-differs': 'name' };
const levelKeys: readonly ColumnKey[] = ['level1', 'level2', 'level3', 'level4'];

/** Finds agencies, people and old certificates of all rows in a fixed number of queries. What is not found is a mistake of its cell. */
export async function placeRows(services: Pick<Services, 'db' | 'keystore'>, actor: Actor, rows: readonly WorkbookRow[]): Promise<{ placed: PlacedRow[]; mistakes: Mistake[] }> {
  const agencies = Map.groupBy(await findAgenciesNamed(services.db, [...new Set(rows.map(({ levels }) => levels.at(-1)!))], actor.agencyPath), ({ names }) => plainText(names.at(-1) ?? ''));
  const indexes = await Promise.all(rows.map(({ nationalId }) => blindIndexOf(services, nationalId)));
  const people = await findPeople(services.db, indexes, rows.map(({ email }) => email));
  const byNumber = new Map(people.flatMap((one) => (one.blindIndex ? [[hex(one.blindIndex), one] as const] : [])));
  const byEmail = new Map(people.map((one) => [one.email, one]));
  const old = await findOldCertificates(services.db, rows.flatMap(({ oldSerial }) => oldSerial ?? []));

  const placed: PlacedRow[] = [];
  const mistakes: Mistake[] = [];
  for (const [i, row] of rows.entries()) {
    const agency = agencyOf(row, agencies);
    const person = typeof agency === 'string' ? undefined : personOf(row, agency, byNumber.get(hex(indexes[i]!)), byEmail.get(row.email));
    const bad = (key: ColumnKey, code: MistakeCode): void => void mistakes.push(mistakeIn(row.row, key, code));
    if (typeof agency === 'string') bad(levelKeys[row.levels.length - 1]!, agency);
    else if (typeof person === 'string') bad(columnOf[person] ?? 'nationalId', person);
    else if (row.oldSerial && !old.some((one) => one.serialNumber === row.oldSerial && one.officialId !== null && one.officialId === person?.id)) bad('oldSerial', 'certificate-unknown');
    else placed.push({ row, agency, officialId: person?.id, nameless: person !== undefined && person.blindIndex === null });
  }
  return { placed, mistakes };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The agency whose own name is the last one, below those named before it, in their order; levels may be left out in between. */
function agencyOf({ levels }: WorkbookRow, agencies: ReadonlyMap<string, readonly NamedAgency[]>): NamedAgency | MistakeCode {
  const wanted = levels.map(plainText);
  const found = (agencies.get(wanted.at(-1)!) ?? []).filter(({ closed, names }) => {
    const own = names.map(plainText);
    let from = 0;
    return !closed && wanted.every((level) => (from = own.indexOf(level, from) + 1) > 0);
  });
  if (found.length === 0) return 'agency-unknown';
  return found.length === 1 ? found[0]! : 'agency-ambiguous';
}

/** Someone is known by the number; by the e-mail alone only where the entry has no number, and the same name and agency. */
function personOf({ name }: WorkbookRow, agency: NamedAgency, byNumber: Person | undefined, byEmail: Person | undefined): Person | MistakeCode | undefined {
  if (byNumber) {
    if (byNumber.agencyId !== agency.id) return 'person-elsewhere';
    if (byEmail && byEmail.id !== byNumber.id) return 'email-of-another';
    return plainText(byNumber.name) === plainText(name) ? byNumber : 'name-differs';
  }
  if (!byEmail) return undefined;
  return byEmail.blindIndex === null && byEmail.agencyId === agency.id && plainText(byEmail.name) === plainText(name) ? byEmail : 'email-of-another';
}
