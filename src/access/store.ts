import type { Knex } from 'knex';
import type { PageRequest, Page } from '../database/paging.ts';
import { findPage } from '../database/paging.ts';
import { statement } from '../database/statement.ts';
import type { Role, Tx } from '../services.ts';

export interface OperatorRow {
  id: string; name: string; email: string | null; kind: 'person' | 'system'; agencyPath: string | null;
  active: boolean; createdAt: Date;
  /** nothing is allowed from then on; null: no end is set */
  expiresAt: Date | null;
  roles: Role[];
}
export interface ApiKeyRow {
  id: string; prefix: string; operatorId: string; label: string;
  createdAt: Date; expiresAt: Date; revokedAt: Date | null; lastUsedAt: Date | null;
}

const operatorColumns = ['id', 'name', 'email', 'kind', 'agencyPath', 'active', 'createdAt', 'expiresAt'] as const;
const apiKeyColumns = ['id', 'prefix', 'operatorId', 'label', 'createdAt', 'expiresAt', 'revokedAt', 'lastUsedAt'] as const;
const rolesOf = `array(select r.role from operator_roles r join roles o on o.name = r.role
  where r.operator_id = operators.id order by o.position) as roles`;

export type Credential = ApiKeyRow & { secretHash: Buffer; operator: OperatorRow };

type CredentialRow = ApiKeyRow & Omit<OperatorRow, 'createdAt' | 'expiresAt'> & { secretHash: Buffer; operatorSince: Date; operatorUntil: Date | null };
const selectCredentials = statement<CredentialRow>('select-credentials',
  `select k.id, k.prefix, k.operator_id, k.label, k.created_at, k.expires_at, k.revoked_at, k.last_used_at, k.secret_hash,
     operators.name, operators.email, operators.kind, operators.agency_path, operators.active, operators.created_at as operator_since, operators.expires_at as operator_until, ${rolesOf}
   from api_keys k join operators on operators.id = k.operator_id where k.prefix = any(?)`);

/** The keys by prefix, each with what is needed to know its holder, in one read. */
export async function findCredentials(db: Knex, prefixes: readonly string[]): Promise<Map<string, Credential>> {
  const rows = await selectCredentials(db, [[...prefixes]]);
  return new Map(rows.map(({ name, email, kind, agencyPath, active, roles, operatorSince, operatorUntil, ...key }) =>
    [key.prefix, { ...key, operator: { id: key.operatorId, name, email, kind, agencyPath, active, roles, createdAt: operatorSince, expiresAt: operatorUntil } }]));
}

export async function countOperators(db: Knex): Promise<number> {
  const [row] = (await db('operators').count({ count: '*' })) as { count: number }[];
  return row?.count ?? 0;
}

/** Two nodes on one empty database must not both find it empty. */
export async function lockOperators(tx: Tx): Promise<void> {
  await tx.raw('lock table operators in share row exclusive mode');
}

export async function findOperator(db: Knex, id: string): Promise<OperatorRow | undefined> {
  return db('operators').where({ id }).first(...operatorColumns, db.raw(rolesOf)) as Promise<OperatorRow | undefined>;
}

export interface OperatorFilter { /** part of a name or an e-mail */ q?: string | undefined; role?: Role | undefined; active?: boolean | undefined }

export async function listOperators(db: Knex, page: PageRequest, { q, role, active }: OperatorFilter = {}): Promise<Page<OperatorRow>> {
  const query = db('operators').select(...operatorColumns, db.raw(rolesOf));
  if (q !== undefined) {
    const part = `%${q.replaceAll(/[\\%_]/g, '\\$&')}%`;
    void query.where((either) => either.whereRaw('search_text(name) like search_text(?)', [part]).orWhereRaw('lower(email) like lower(?)', [part]));
  }
  if (role !== undefined) void query.whereExists(db('operator_roles').whereRaw('operator_roles.operator_id = operators.id').where({ role }));
  if (active !== undefined) void query.where({ active });
  return findPage(query, ['createdAt', 'id'], page);
}

/** People who can administer at a moment; only they can let anybody in. */
export async function countAdministrators(db: Knex, at: Date): Promise<number> {
  const [row] = (await db('operators').join('operator_roles', 'operator_roles.operatorId', 'operators.id')
    .where({ role: 'administrator', active: true, kind: 'person' }).where((end) => end.whereNull('expiresAt').orWhere('expiresAt', '>', at)).count({ count: '*' })) as { count: number }[];
  return row?.count ?? 0;
}

export async function markOperatorRoles(tx: Tx, id: string, { roles, agencyPath }: Pick<OperatorRow, 'roles' | 'agencyPath'>): Promise<void> {
  await tx('operators').where({ id }).update({ agencyPath });
  await tx('operator_roles').where({ operatorId: id }).delete();
  await tx('operator_roles').insert(roles.map((role) => ({ operatorId: id, role })));
}

export async function markOperatorActive(tx: Tx, id: string, active: boolean): Promise<void> {
  await tx('operators').where({ id }).update({ active });
}

export async function insertOperator(tx: Tx, operator: OperatorRow & { createdBy: string }): Promise<void> {
  const { roles, ...row } = operator;
  await tx('operators').insert(row);
  await tx('operator_roles').insert(roles.map((role) => ({ operatorId: operator.id, role })));
}

export async function lockOperator(tx: Tx, id: string): Promise<OperatorRow | undefined> {
  return tx('operators').where({ id }).forUpdate().first(...operatorColumns, tx.raw(rolesOf)) as Promise<OperatorRow | undefined>;
}

export async function markOperatorExpiry(tx: Tx, id: string, expiresAt: Date | null): Promise<void> {
  await tx('operators').where({ id }).update({ expiresAt });
}

export async function insertApiKey(tx: Tx, key: ApiKeyRow & { secretHash: Uint8Array }): Promise<void> {
  await tx('api_keys').insert({ ...key, secretHash: Buffer.from(key.secretHash) });
}

export async function listApiKeys(db: Knex, operatorId: string): Promise<ApiKeyRow[]> {
  return db('api_keys').where({ operatorId }).orderBy(['createdAt', 'id']).select(...apiKeyColumns);
}

export async function lockApiKey(tx: Tx, id: string): Promise<ApiKeyRow | undefined> {
  return tx('api_keys').where({ id }).forUpdate().first(...apiKeyColumns);
}

export async function markApiKeyRevoked(tx: Tx, id: string, revokedAt: Date): Promise<void> {
  await tx('api_keys').where({ id }).update({ revokedAt });
}

/** No transaction of an operation: nothing hangs on it, and a read must not wait for it. */
export async function markApiKeyUsed(db: Knex, id: string, lastUsedAt: Date): Promise<void> {
  await db('api_keys').where({ id }).update({ lastUsedAt });
}
