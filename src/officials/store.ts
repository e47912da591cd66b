import type { Knex } from 'knex';
import { findPage, type Page, type PageRequest } from '../database/paging.ts';
import type { Tx } from '../services.ts';

export interface OfficialRow {
  id: string;
  agencyId: string;
  name: string;
  position: string;
  /** work e-mail in lower case, one to a serving official */
  email: string;
  /** null while serving */
  leftAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** An official with where the agency stands in the tree. */
export type PlacedOfficial = OfficialRow & { agencyCode: string; agencyPath: string };

const placed = (db: Knex): Knex.QueryBuilder => db('officials as o').join('agencies as a', 'a.id', 'o.agencyId')
  .select('o.id', 'o.agencyId', 'o.name', 'o.position', 'o.email', 'o.leftAt', 'o.createdAt', 'o.updatedAt', 'a.code as agencyCode', 'a.path as agencyPath');

export async function findOfficial(db: Knex, id: string): Promise<PlacedOfficial | undefined> {
  return (await placed(db).where('o.id', id).first()) as PlacedOfficial | undefined;
}

export async function lockOfficial(tx: Tx, id: string): Promise<PlacedOfficial | undefined> {
  return (await placed(tx).where('o.id', id).forUpdate('o').first()) as PlacedOfficial | undefined;
}

export interface OfficialFilter {
  search?: string | undefined;
  agencyId?: string | undefined;
  /** only this path and below; the caller's own reach */
  within?: string | undefined;
  serving?: boolean | undefined;
}

export async function listOfficials(db: Knex, filter: OfficialFilter, page: PageRequest): Promise<Page<PlacedOfficial>> {
  const query = placed(db);
  if (filter.within !== undefined) void query.whereRaw('a.path <@ ?::ltree', [filter.within]);
  if (filter.agencyId) void query.where('o.agencyId', filter.agencyId);
  if (filter.serving !== undefined) void query.whereRaw(`o.left_at is ${filter.serving ? 'null' : 'not null'}`);
  if (filter.search) {
    void query.whereRaw(`search_text(o.name || ' ' || o.email) like '%' || search_text(?) || '%'`,
      [filter.search.normalize('NFC').replaceAll(/[\\%_]/g, '\\$&')]);
  }
  return findPage<PlacedOfficial>(query, ['o.id'], page);
}

/** False if a serving official has the same e-mail. */
export async function insertOfficial(tx: Tx, row: OfficialRow): Promise<boolean> {
  return (await tx('officials').insert(row).onConflict().ignore().returning('id')).length === 1;
}

/** The serving official with an e-mail. */
export async function findOfficialByEmail(db: Knex, email: string): Promise<{ id: string } | undefined> {
  return db('officials').where({ email }).whereNull('leftAt').first('id') as Promise<{ id: string } | undefined>;
}

export async function markOfficial(tx: Tx, { id, ...change }: Partial<OfficialRow> & { id: string; updatedAt: Date }): Promise<void> {
  await tx('officials').where({ id }).update(change);
}
