import { recordAudit } from '../audit/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Role, Services, Tx } from '../services.ts';
import { requireAgency, writeExpiry } from './operators.ts';
import { countAdministrators, lockOperator, lockOperators, markOperatorActive, markOperatorRoles, type OperatorRow } from './store.ts';

type Needed = Pick<Services, 'db' | 'now'>;

/**
 * Gives an operator other roles, and the agency they hold for. They count from the next call on, in sessions and for keys alike.
 * @throws Problem `not-found`, `invalid-fields` for a registrar without an agency, `last-administrator`
 */
export async function setOperatorRoles(services: Needed, actor: Actor, change: { id: string; roles: readonly Role[]; agencyPath: string | null }): Promise<OperatorRow> {
  return changeOperator(services, change.id, async (tx, before) => writeRoles(tx, actor, before, change));
}

/**
 * The same together with the day on which the rights end: both count, or neither. A day that stays as it was is left alone.
 * @throws Problem `not-found`, `invalid-fields` for a registrar without an agency or a day that is past, `last-administrator`
 */
export async function setOperatorRights(
  services: Needed, actor: Actor, change: { id: string; roles: readonly Role[]; agencyPath: string | null; expiresAt: Date | null },
): Promise<OperatorRow> {
  return changeOperator(services, change.id, async (tx, before) => {
    const isSame = before.expiresAt?.getTime() === change.expiresAt?.getTime();
    const dated = isSame ? before : await writeExpiry(tx, actor, { before, expiresAt: change.expiresAt, now: services.now() });
    return writeRoles(tx, actor, dated, change);
  });
}

async function writeRoles(tx: Tx, actor: Actor, before: OperatorRow, change: { roles: readonly Role[]; agencyPath: string | null }): Promise<OperatorRow> {
  const [roles, { agencyPath }] = [[...new Set(change.roles)], change];
  requireAgency(roles, agencyPath ?? undefined);
  await markOperatorRoles(tx, before.id, { roles, agencyPath });
  await recordAudit(tx, actor, 'operator.roles-set', { type: 'operator', id: before.id },
    { before: { roles: before.roles, agencyPath: before.agencyPath }, after: { roles, agencyPath } });
  return { ...before, roles, agencyPath };
}

/**
 * Switches an operator off at once, with every key and session, or on again.
 * @throws Problem `not-found`, `last-administrator`
 */
export async function setOperatorActive(services: Needed, actor: Actor, { id, active }: { id: string; active: boolean }): Promise<OperatorRow> {
  return changeOperator(services, id, async (tx, before) => {
    if (before.active === active) return before;
    await markOperatorActive(tx, id, active);
    await recordAudit(tx, actor, active ? 'operator.reactivated' : 'operator.deactivated', { type: 'operator', id }, { before: { active: before.active }, after: { active } });
    return { ...before, active };
  });
}

/** Changes are made one after the other: two administrators must not take each other's role away at the same moment. */
async function changeOperator({ db, now }: Needed, id: string, change: (tx: Tx, before: OperatorRow) => Promise<OperatorRow>): Promise<OperatorRow> {
  return db.transaction(async (tx) => {
    await lockOperators(tx);
    const before = await lockOperator(tx, id);
    if (!before) throw new Problem('not-found', { id });
    const had = await countAdministrators(tx, now());
    const after = await change(tx, before);
    if (had > 0 && (await countAdministrators(tx, now())) === 0) throw new Problem('last-administrator');
    return after;
  });
}
