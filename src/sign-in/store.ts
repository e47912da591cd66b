import type { Knex } from 'knex';
import type { Tx } from '../services.ts';

export interface LinkRow {
  id: string;
  operatorId: string | null;
  officialId: string | null;
  method: 'link' | 'enrolment';
  returnPath: string;
  createdAt: Date;
  expiresAt: Date;
  usedAt: Date | null;
}

const columns = ['id', 'operatorId', 'officialId', 'method', 'returnPath', 'createdAt', 'expiresAt', 'usedAt'] as const;

/** People a link can be sent to under an e-mail: the serving official with it, and operators who are persons and have neither passkey nor certificate to sign in with yet. */
export interface Addressee { kind: 'operator' | 'official'; id: string; name: string; email: string }

export async function listAddressees(db: Knex, email: string): Promise<Addressee[]> {
  const { rows } = await db.raw<{ rows: Addressee[] }>(
    `select 'official' as kind, id, name, email from officials where email = ? and left_at is null
     union all select 'operator', id, name, email from operators where lower(email) = ? and active and kind = 'person'
       and not exists (select 1 from passkeys p where p.operator_id = operators.id and p.removed_at is null)
       and not exists (select 1 from operator_certificates c where c.operator_id = operators.id and c.released_at is null)
     limit 10`, [email, email]);
  return rows;
}

/** People of a name or an e-mail; without one the operators, and the serving official with the newest certificate. */
export async function listPeople(db: Knex, who: string | undefined): Promise<(Addressee & { roles: string[] })[]> {
  const named = who === undefined ? 'true' : '(lower(name) = lower(:who) or lower(email) = lower(:who))';
  const newest = 'id = (select c.official_id from certificates c join officials o on o.id = c.official_id where o.left_at is null order by c.prepared_at desc limit 1)';
  const { rows } = await db.raw<{ rows: (Addressee & { roles: string[] })[] }>(
    `(select 'operator' as kind, id, name, email, array(select role from operator_roles where operator_id = operators.id order by role) as roles
      from operators where active and kind = 'person' and ${named} order by created_at limit 20)
     union all
     (select 'official', id, name, email, array[]::text[] from officials where left_at is null and ${who === undefined ? newest : named} limit 20)`,
    who === undefined ? {} : { who });
  return rows;
}

export async function insertLink(tx: Tx, row: LinkRow & { tokenHash: Uint8Array }): Promise<void> {
  await tx('sign_in_links').insert({ ...row, tokenHash: Buffer.from(row.tokenHash) });
}

export async function findLink(db: Knex, tokenHash: Uint8Array): Promise<LinkRow | undefined> {
  return db('sign_in_links').where({ tokenHash: Buffer.from(tokenHash) }).first(...columns) as Promise<LinkRow | undefined>;
}

/** Uses a link up; undefined if it is unknown, over, or was used: of two at once one gets it. */
export async function markLinkUsed(tx: Tx, tokenHash: Uint8Array, usedAt: Date): Promise<LinkRow | undefined> {
  const [row] = (await tx('sign_in_links').where({ tokenHash: Buffer.from(tokenHash) }).whereNull('usedAt').where('expiresAt', '>', usedAt)
    .update({ usedAt }).returning([...columns])) as LinkRow[];
  return row;
}

/** Links that are over. */
export async function deleteLinks(tx: Tx, before: Date): Promise<void> {
  await tx('sign_in_links').where('expiresAt', '<', before).delete();
}
