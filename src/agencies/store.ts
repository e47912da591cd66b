import type { Knex } from 'knex';
import { findPage, type Page, type PageRequest } from '../database/paging.ts';
import type { Tx } from '../services.ts';
import { parseAgencyCode } from './code.ts';

export interface AgencyRow {
  id: string;
  code: string;
  kind: 'province' | 'ministry' | 'unit';
  parentId: string | null;
  path: string;
  unitCode: string | null;
  locality: string | null;
  validFrom: Date;
  validTo: Date | null;
  successorId: string | null;
  toBeConfirmed: boolean;
  source: string | null;
  createdAt: Date;
  updatedAt: Date;
}

export interface AgencyName { name: string; certificateName: string; validFrom: Date; validTo: Date | null }

/** An agency under the last name it had. */
export type NamedAgency = AgencyRow & { name: string; certificateName: string };

const named = (db: Knex): Knex.QueryBuilder => db('agencies as a')
  .joinRaw('cross join lateral (select * from agency_names where agency_id = a.id order by valid_from desc limit 1) n')
  .select('a.id', 'a.code', 'a.kind', 'a.parentId', 'a.path', 'a.unitCode', 'a.locality', 'a.validFrom', 'a.validTo', 'a.successorId',
    'a.toBeConfirmed', 'a.source', 'a.createdAt', 'a.updatedAt', 'n.name', 'n.certificateName');

/** By id, by code or by another spelling of it. */
export async function findAgency(db: Knex, by: { id: string } | { code: string }): Promise<NamedAgency | undefined> {
  const query = named(db);
  if ('id' in by) return (await query.where('a.id', by.id).first()) as NamedAgency | undefined;
  // an entered alias counts first: an old code need not be the new one turned round
  return (await query.whereRaw('a.id = coalesce((select agency_id from agency_aliases where alias = ?), (select id from agencies where code = ?))',
    [by.code, parseAgencyCode(by.code)?.canonical ?? by.code]).first()) as NamedAgency | undefined;
}

export async function lockAgency(tx: Tx, id: string): Promise<NamedAgency | undefined> {
  await tx('agencies').where({ id }).forUpdate().first('id');
  return findAgency(tx, { id });
}

export interface AgencyFilter {
  /** words of a name, without diacritics, or the beginning of a code */
  search?: string | undefined;
  /** only this path and below */
  under?: string | undefined;
  kind?: AgencyRow['kind'] | undefined;
  closed?: boolean | undefined;
}

export async function listAgencies(db: Knex, filter: AgencyFilter, page: PageRequest): Promise<Page<NamedAgency>> {
  const query = named(db);
  if (filter.under !== undefined) void query.whereRaw('a.path <@ ?::ltree', [filter.under]);
  if (filter.kind) void query.where('a.kind', filter.kind);
  if (filter.closed !== undefined) void query.whereRaw(`a.valid_to is ${filter.closed ? 'not null' : 'null'}`);
  if (filter.search) {
    const text = filter.search.normalize('NFC');
    void query.whereRaw(
      `(starts_with(a.code, upper(?)) or exists (select 1 from agency_aliases x where x.agency_id = a.id and x.alias = upper(?))
        or exists (select 1 from agency_names s where s.agency_id = a.id and search_text(s.name) like '%' || search_text(?) || '%'))`,
      [text, text, text.replaceAll(/[\\%_]/g, '\\$&')]);
  }
  return findPage<NamedAgency>(query, ['a.code'], page);
}

export interface AgencyDetails { names: AgencyName[]; aliases: string[]; successorCode: string | null; parentCode: string | null }

export async function findAgencyDetails(db: Knex, { id, successorId, parentId }: AgencyRow): Promise<AgencyDetails> {
  const { rows: names } = await db.raw<{ rows: AgencyName[] }>(
    'select name, certificate_name, valid_from, valid_to from agency_names where agency_id = ? order by valid_from desc', [id]);
  const aliases = await db('agency_aliases').where({ agencyId: id }).orderBy('alias').pluck('alias') as string[];
  const codes = await db('agencies').whereIn('id', [successorId, parentId].filter((x) => x !== null)).select('id', 'code') as { id: string; code: string }[];
  const codeOf = (other: string | null): string | null => codes.find((c) => c.id === other)?.code ?? null;
  return { names, aliases, successorCode: codeOf(successorId), parentCode: codeOf(parentId) };
}

/** Stores an agency with its first name; false if its code or one of its aliases is taken. */
export async function insertAgency(tx: Tx, row: AgencyRow, name: Omit<AgencyName, 'validTo'>, aliases: readonly string[]): Promise<boolean> {
  const inserted = await tx('agencies').insert(row).onConflict().ignore().returning('id');
  if (inserted.length === 0) return false;
  await tx('agency_names').insert({ agencyId: row.id, ...name, validTo: null });
  if (aliases.length === 0) return true;
  const stored = await tx('agency_aliases').insert(aliases.map((alias) => ({ alias, agencyId: row.id }))).onConflict().ignore().returning('alias');
  return stored.length === aliases.length;
}

/** Whether a spelling already leads to an agency. */
export async function findTaken(db: Knex, spellings: readonly string[]): Promise<string | undefined> {
  const { rows } = await db.raw<{ rows: { taken: string }[] }>(
    `select code as taken from agencies where code = any(?::text[]) union all select alias from agency_aliases where alias = any(?::text[]) limit 1`,
    [[...spellings], [...spellings]]);
  return rows[0]?.taken;
}

/** Closes the name in use and opens the next one at the same instant. */
export async function insertAgencyName(tx: Tx, agencyId: string, name: Omit<AgencyName, 'validTo'>): Promise<void> {
  const end: Pick<AgencyName, 'validTo'> = { validTo: name.validFrom };
  await tx('agency_names').where({ agencyId }).whereNull('validTo').update(end);
  await tx('agency_names').insert({ agencyId, ...name, validTo: null });
  await tx('agencies').where({ id: agencyId }).update({ updatedAt: name.validFrom });
}
