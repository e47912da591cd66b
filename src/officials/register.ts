import { randomUUID } from 'node:crypto';
import { requireWithin } from '../access/scope.ts';
import { findOpenAgency } from '../agencies/find.ts';
import { recordAudit } from '../audit/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Tx } from '../services.ts';
import { placeIdentity, recordConflict, type IdentityServices } from './identity.ts';
import { isPersonal, type PersonalInput } from './personal-data.ts';
import { findOfficialByEmail, insertOfficial, lockOfficial, markOfficial, turnHistory, type OfficialRow, type PlacedOfficial } from './store.ts';

export type NewOfficial = PersonalInput & { agencyId: string; name: string; position: string; email: string };

/** An official with what should be looked at in what was entered. */
export type EnteredOfficial = PlacedOfficial & { warnings: string[] };

/**
 * Enters an official. Personal data is sealed apart from the entry; the audit says that it was given, never what it is.
 * @throws Problem `invalid-fields`, `outside-your-agency`, `duplicate-request` for an e-mail that serves another,
 *   `person-elsewhere` for an identity number that serves in another agency
 */
export async function registerOfficial(services: IdentityServices, actor: Actor, input: NewOfficial): Promise<EnteredOfficial> {
  try {
    return await services.db.transaction((tx) => addOfficial(services, tx, actor, input));
  } catch (error) {
    await recordConflict(services, actor, error, input.agencyId);
    throw error;
  }
}

/** The same inside a transaction that is already open. */
export async function addOfficial(services: IdentityServices, tx: Tx, actor: Actor, input: NewOfficial): Promise<EnteredOfficial> {
  const at = services.now();
  const agency = await findOpenAgency(tx, actor, input.agencyId);
  const row: OfficialRow = { id: randomUUID(), ...cleaned(input), agencyId: agency.id, leftAt: null, createdAt: at, updatedAt: at };
  if (!(await insertOfficial(tx, row))) throw new Problem('duplicate-request', { email: row.email });
  const warnings = await placeIdentity(services, tx, { actor, before: undefined, after: row }, input);
  await turnHistory(tx, [row.id], at);
  await recordAudit(tx, actor, 'official.registered', { type: 'official', id: row.id }, { before: null, after: { ...row, ...personalFields(input) } });
  return { ...row, agencyCode: agency.code, agencyPath: agency.path, warnings };
}

export type OfficialChange = PersonalInput & {
  agencyId?: string | undefined;
  name?: string | undefined;
  position?: string | undefined;
  email?: string | undefined;
  /** true: retired, resigned or died; the certificates are revoked by a request of that kind */
  left?: boolean | undefined;
};

/**
 * Changes an official's entry: moved, renamed, promoted, left. Open requests notice it when they are decided.
 * Moving takes a reach over both agencies; without it a transfer is asked for.
 * @throws Problem `not-found`, `outside-your-agency`, `invalid-fields`, `duplicate-request`, `person-elsewhere`
 */
export async function changeOfficial(services: IdentityServices, actor: Actor, id: string, change: OfficialChange): Promise<EnteredOfficial> {
  try {
    return await services.db.transaction((tx) => alterOfficial(services, tx, actor, { id, ...change }));
  } catch (error) {
    await recordConflict(services, actor, error, change.agencyId ?? id);
    throw error;
  }
}

/** The same inside a transaction that is already open. */
export async function alterOfficial(services: IdentityServices, tx: Tx, actor: Actor, { id, ...change }: OfficialChange & { id: string }): Promise<EnteredOfficial> {
  const before = await lockOfficial(tx, id);
  if (!before) throw new Problem('not-found', { official: id });
  requireWithin(actor, before.agencyPath);
  const agency = change.agencyId === undefined || change.agencyId === before.agencyId ? undefined : await findOpenAgency(tx, actor, change.agencyId);
  const { agencyCode, agencyPath, ...row } = before;
  const at = services.now();
  const leftAt = change.left === undefined ? row.leftAt : change.left ? row.leftAt ?? at : null;
  const fields = cleaned({ name: change.name ?? row.name, position: change.position ?? row.position, email: change.email ?? row.email });
  const changed: OfficialRow = { ...row, ...fields, agencyId: agency?.id ?? row.agencyId, leftAt, updatedAt: at };
  // requests that wait look at this instant: a new mobile number is none of their business
  const after = stands(row) === stands(changed) ? row : changed;
  const other = leftAt ? undefined : await findOfficialByEmail(tx, after.email);
  if (other && other.id !== id) throw new Problem('duplicate-request', { email: after.email });
  await markOfficial(tx, after);
  const warnings = await placeIdentity(services, tx, { actor, before: row, after }, change);
  if (stands(row) !== stands(after)) await turnHistory(tx, [id], at);
  await recordAudit(tx, actor, 'official.changed', { type: 'official', id }, { before: row, after: { ...after, ...personalFields(change) } });
  return { ...after, agencyCode: agency?.code ?? agencyCode, agencyPath: agency?.path ?? agencyPath, warnings };
}

/** What the history keeps of an entry. */
const stands = ({ agencyId, name, position, email, leftAt }: OfficialRow): string => JSON.stringify([agencyId, name, position, email, leftAt !== null]);

/** Which personal data was given: the audit keeps the names of the fields alone. */
function personalFields(input: PersonalInput): { personalData?: string[] } {
  if (!isPersonal(input)) return {};
  return { personalData: (['nationalId', 'birthDate', 'mobile'] as const).filter((field) => input[field] !== undefined) };
}

function cleaned<T extends { name: string; position: string; email: string }>(input: T): Pick<T, 'name' | 'position' | 'email'> {
  return { name: tidy(input.name), position: tidy(input.position), email: input.email.toLowerCase() };
}

/** One form for one name: NFC, single spaces (a certificate takes no others). */
const tidy = (text: string): string => text.normalize('NFC').replaceAll(/\s+/gu, ' ').trim();
