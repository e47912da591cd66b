import { randomUUID } from 'node:crypto';
import { recordAudit } from '../audit/record.ts';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor, Role, Services, Tx } from '../services.ts';
import { buildApiKey } from './api-key.ts';
import {
  findOperator, insertApiKey, insertOperator, lockApiKey, lockOperator, markApiKeyRevoked, markOperatorExpiry, type ApiKeyRow, type OperatorRow,
} from './store.ts';

export interface OperatorInput {
  name: string; email?: string | undefined; kind: 'person' | 'system'; roles: readonly Role[]; agencyPath?: string | undefined;
  /** the end of a registrar's appointment */
  expiresAt?: Date | undefined;
}
/** `token` is shown this once and stored nowhere. */
export type IssuedApiKey = ApiKeyRow & { token: string };

type Needed = Pick<Services, 'db' | 'now' | 'random'>;
const dayMs = 86_400_000;

/** @throws Problem `invalid-fields` where the roles need an agency (registrar) and none is named */
export async function createOperator({ db, now }: Needed, actor: Actor, input: OperatorInput): Promise<OperatorRow> {
  return db.transaction((tx) => addOperator(tx, actor, input, now()));
}

/** The same inside a transaction that is already open. */
export async function addOperator(tx: Tx, actor: Actor, input: OperatorInput, now: Date): Promise<OperatorRow> {
  requireAgency(input.roles, input.agencyPath);
  requireFuture(input.expiresAt, now);
  const operator: OperatorRow = {
    id: randomUUID(), name: input.name, email: input.email ?? null, kind: input.kind,
    agencyPath: input.agencyPath ?? null, active: true, createdAt: now, expiresAt: input.expiresAt ?? null, roles: [...new Set(input.roles)],
  };
  await insertOperator(tx, { ...operator, createdBy: actor.id });
  await recordAudit(tx, actor, 'operator.created', { type: 'operator', id: operator.id }, { before: undefined, after: operator });
  return operator;
}

/**
 * Sets or lifts the day on which an operator's rights end, whatever keys they hold.
 * @throws Problem `not-found`, `invalid-fields` for a day that is past
 */
export async function setOperatorExpiry({ db, now }: Needed, actor: Actor, id: string, expiresAt: Date | null): Promise<OperatorRow> {
  return db.transaction(async (tx) => {
    const before = await lockOperator(tx, id);
    if (!before) throw new Problem('not-found', { id });
    return writeExpiry(tx, actor, { before, expiresAt, now: now() });
  });
}

/** The same for an operator who is locked in a transaction already. @throws Problem `invalid-fields` for a day that is past */
export async function writeExpiry(tx: Tx, actor: Actor, { before, expiresAt, now }: { before: OperatorRow; expiresAt: Date | null; now: Date }): Promise<OperatorRow> {
  requireFuture(expiresAt ?? undefined, now);
  await markOperatorExpiry(tx, before.id, expiresAt);
  await recordAudit(tx, actor, 'operator.expiry-set', { type: 'operator', id: before.id }, { before: { expiresAt: before.expiresAt }, after: { expiresAt } });
  return { ...before, expiresAt };
}

/** @throws Problem `invalid-fields` where the roles need an agency (registrar) and none is named */
export function requireAgency(roles: readonly Role[], agencyPath: string | undefined): void {
  if (!roles.includes('registrar') || agencyPath !== undefined) return;
  throw wrongField('/agencyPath', 'registrar-agency');
}

function requireFuture(expiresAt: Date | undefined, now: Date): void {
  if (expiresAt && expiresAt <= now) throw wrongField('/expiresAt', 'not-in-future');
}

/** A key for an operator, ending after `days`. @throws Problem `not-found` */
export async function issueApiKey(
  { db, now, random }: Needed, actor: Actor, input: { operatorId: string; label: string; days: number },
): Promise<IssuedApiKey> {
  return db.transaction(async (tx) => {
    if (!(await findOperator(tx, input.operatorId))) throw new Problem('not-found', { id: input.operatorId });
    return addApiKey(tx, actor, input, { now, random });
  });
}

/** The same inside a transaction that is already open. */
export async function addApiKey(
  tx: Tx, actor: Actor, input: { operatorId: string; label: string; days: number },
  { now, random }: Pick<Services, 'now' | 'random'>,
): Promise<IssuedApiKey> {
  const { token, prefix, secretHash } = buildApiKey(random);
  const createdAt = now();
  const key: ApiKeyRow = {
    id: randomUUID(), prefix, operatorId: input.operatorId, label: input.label, createdAt,
    expiresAt: new Date(createdAt.getTime() + input.days * dayMs), revokedAt: null, lastUsedAt: null,
  };
  await insertApiKey(tx, { ...key, secretHash });
  await recordAudit(tx, actor, 'api-key.issued', { type: 'api-key', id: key.id }, { before: undefined, after: key });
  return { ...key, token };
}

/** Withdraws a key at once; doing so twice changes nothing. @throws Problem `not-found` */
export async function revokeApiKey({ db, now }: Needed, actor: Actor, id: string): Promise<ApiKeyRow> {
  return db.transaction(async (tx) => {
    const before = await lockApiKey(tx, id);
    if (!before) throw new Problem('not-found', { id });
    if (before.revokedAt !== null) return before;
    const after = { ...before, revokedAt: now() };
    await markApiKeyRevoked(tx, id, after.revokedAt);
    await recordAudit(tx, actor, 'api-key.revoked', { type: 'api-key', id }, { before, after });
    return after;
  });
}
