import { requireWithin } from '../access/scope.ts';
import { recordAudit } from '../audit/record.ts';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { printDay } from './import-row.ts';
import { findAgency, findNameSince, findOpenUnitBelow, lockAgency, markAgenciesClosed, movePathBelow, type NamedAgency } from './store.ts';

export interface AgencyClosure {
  /** now, if not given; never in the future */
  closedAt?: Date | undefined;
  /** code of the agency that takes over its duties and its subscribers */
  successorCode?: string | undefined;
}

/**
 * Closes an agency for good; its code is never given out again. With a successor it hangs below that one from now on,
 * whose registrars look after its subscribers. A closed agency without a successor can be given one later.
 * @throws Problem `not-found`, `outside-your-agency`, `invalid-fields`, `state-changed` while units below are open, or closed already
 */
export async function closeAgency({ db, now }: Pick<Services, 'db' | 'now'>, actor: Actor, id: string, closure: AgencyClosure): Promise<NamedAgency> {
  return db.transaction((tx) => endAgency(tx, actor, id, { ...closure, at: now() }));
}

/** The same inside a transaction that is already open; `at` is the instant it is done. */
export async function endAgency(tx: Tx, actor: Actor, id: string, closure: AgencyClosure & { at: Date }): Promise<NamedAgency> {
  const { at } = closure;
  const before = await lockAgency(tx, id);
  if (!before) throw new Problem('not-found', { agency: id });
  requireWithin(actor, before.path);
  const successor = closure.successorCode === undefined ? undefined : await openSuccessor(tx, actor, before, closure.successorCode);
  if (before.validTo && (before.successorId !== null || !successor)) {
    throw new Problem('state-changed', { agency: before.code, closed: before.validTo.toISOString() });
  }
  const validTo = before.validTo ?? closure.closedAt ?? at;
  if (!before.validTo) await requireClosable(tx, before, validTo, at);
  await markAgenciesClosed(tx, [{ id, validTo, successorId: successor?.id ?? null, updatedAt: at }]);
  if (successor) await movePathBelow(tx, id, successor.id);
  const after = (await findAgency(tx, { id }))!;
  await recordAudit(tx, actor, 'agency.closed', { type: 'agency', id },
    { before: { validTo: before.validTo, path: before.path }, after: { validTo, path: after.path, successor: successor?.code ?? null } });
  return after;
}

async function openSuccessor(tx: Tx, actor: Actor, agency: NamedAgency, code: string): Promise<NamedAgency> {
  const successor = await findAgency(tx, { code });
  if (!successor) throw wrongField('/successorCode', 'agency-unknown');
  requireWithin(actor, successor.path);
  if (successor.validTo) throw wrongField('/successorCode', 'agency-closed');
  if (successor.path === agency.path || successor.path.startsWith(`${agency.path}.`)) throw wrongField('/successorCode', 'successor-below', { into: successor.code, code: agency.code });
  return successor;
}

async function requireClosable(tx: Tx, agency: NamedAgency, validTo: Date, at: Date): Promise<void> {
  const since = await findNameSince(tx, agency.id);
  if (validTo > at) throw wrongField('/closedAt', 'in-future');
  if (validTo <= agency.validFrom || (since && validTo <= since)) throw wrongField('/closedAt', 'date-after-beginning', { day: printDay(since && since > agency.validFrom ? since : agency.validFrom) });
  const open = await findOpenUnitBelow(tx, agency.id);
  if (open !== undefined) throw new Problem('state-changed', { agency: agency.code, open, detail: { en: `Close or move ${open} first.`, vi: `Hãy kết thúc hoặc chuyển ${open} trước.` } });
}
