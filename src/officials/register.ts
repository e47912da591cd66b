import { randomUUID } from 'node:crypto';
import { requireWithin } from '../access/scope.ts';
import { findOpenAgency } from '../agencies/find.ts';
import { recordAudit } from '../audit/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { findOfficialByEmail, insertOfficial, lockOfficial, markOfficial, type OfficialRow, type PlacedOfficial } from './store.ts';

export interface NewOfficial { agencyId: string; name: string; position: string; email: string }

type World = Pick<Services, 'db' | 'now'>;

/**
 * Enters an official. The national identity number is not taken here; it will come with its own encrypted table.
 * @throws Problem `invalid-fields`, `outside-your-agency`, `duplicate-request` for an e-mail that serves another
 */
export async function registerOfficial({ db, now }: World, actor: Actor, input: NewOfficial): Promise<PlacedOfficial> {
  const at = now();
  return db.transaction(async (tx) => {
    const agency = await findOpenAgency(tx, actor, input.agencyId);
    const row: OfficialRow = { id: randomUUID(), ...cleaned(input), agencyId: agency.id, leftAt: null, createdAt: at, updatedAt: at };
    if (!(await insertOfficial(tx, row))) throw new Problem('duplicate-request', { email: row.email });
    await recordAudit(tx, actor, 'official.registered', { type: 'official', id: row.id }, { before: null, after: row });
    return { ...row, agencyCode: agency.code, agencyPath: agency.path };
  });
}

export interface OfficialChange {
  agencyId?: string | undefined;
  name?: string | undefined;
  position?: string | undefined;
  email?: string | undefined;
  /** true: retired, resigned or died; the certificates are revoked by a request of that kind */
  left?: boolean | undefined;
}

/**
 * Changes an official's entry: moved, renamed, promoted, left. Open requests notice it when they are decided.
 * Moving takes a reach over both agencies.
 * @throws Problem `not-found`, `outside-your-agency`, `invalid-fields`, `duplicate-request`
 */
export async function changeOfficial({ db, now }: World, actor: Actor, id: string, change: OfficialChange): Promise<PlacedOfficial> {
  return db.transaction(async (tx) => {
    const before = await lockOfficial(tx, id);
    if (!before) throw new Problem('not-found', { official: id });
    requireWithin(actor, before.agencyPath);
    const agency = change.agencyId === undefined || change.agencyId === before.agencyId ? undefined : await findOpenAgency(tx, actor, change.agencyId);
    const { agencyCode, agencyPath, ...row } = before;
    const at = now();
    const leftAt = change.left === undefined ? row.leftAt : change.left ? row.leftAt ?? at : null;
    const fields = cleaned({ name: change.name ?? row.name, position: change.position ?? row.position, email: change.email ?? row.email });
    const after: OfficialRow = { ...row, ...fields, agencyId: agency?.id ?? row.agencyId, leftAt, updatedAt: at };
    const other = leftAt ? undefined : await findOfficialByEmail(tx, after.email);
    if (other && other.id !== id) throw new Problem('duplicate-request', { email: after.email });
    await markOfficial(tx, after);
    await recordAudit(tx, actor, 'official.changed', { type: 'official', id }, { before: row, after });
    return { ...after, agencyCode: agency?.code ?? agencyCode, agencyPath: agency?.path ?? agencyPath };
  });
}

function cleaned<T extends { name: string; position: string; email: string }>(input: T): Pick<T, 'name' | 'position' | 'email'> {
  return { name: tidy(input.name), position: tidy(input.position), email: input.email.toLowerCase() };
}

/** One form for one name: NFC, single spaces (a certificate takes no others). */
const tidy = (text: string): string => text.normalize('NFC').replaceAll(/\s+/gu, ' ').trim();
