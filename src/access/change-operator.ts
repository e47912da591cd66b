import { recordAudit } from '../audit/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Role, Services, Tx } from '../services.ts';
import { requireAgency } from './operators.ts';
import { countAdministrators, lockOperator, lockOperators, markOperatorActive, markOperatorRoles, type OperatorRow } from './store.ts';

type Needed = Pick<Services, 'db' | 'now'>;

/**
 * Gives an operator other roles, and the agency they hold for. They count from the next call on, in sessions and for keys alike.
 * @throws Problem `not-found`, `invalid-fields` for a registrar without an agency, `last-administrator`
 */
export async function setOperatorRoles(services: Needed, actor: Actor, change: { id: string; roles: readonly Role[]; agencyPath: string | null }): Promise<OperatorRow> {
  const roles = [...new Set(change.roles)];
  requireAgency(roles, change.agencyPath ?? undefined);
  return changeOperator(services, change.id, async (tx, before) => {
    await markOperatorRoles(tx, before.id, { roles, agencyPath: change.agencyPath });
    await recordAudit(tx, actor, 'operator.roles-set', { type: 'operator', id: before.id },
      { before: { roles: before.roles, agencyPath: before.agencyPath }, after: { roles, agencyPath: change.agencyPath } });
    return { ...before, roles, agencyPath: change.agencyPath };
  });
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
