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

export interface Seal { id: string; serialNumber: string; state: 'issued' | 'revoked' | 'on_hold'; notBefore: Date; notAfter: Date }
export interface AgencyDetails {
  names: AgencyName[]; aliases: string[]; successorCode: string | null; predecessorCodes: string[]; parentCode: string | null; seals: Seal[];
}

/** The certificates an agency seals with, the newest first. */
async function listSeals(db: Knex, agencyId: string): Promise<Seal[]> {
  const { rows } = await db.raw<{ rows: Seal[] }>(
    `select c.id, encode(c.serial_number, 'hex') as serial_number, c.state, c.not_before, c.not_after
     from certificates c join agencies a on a.id = ? where c.agency_path = a.path and c.agency_id = a.id and c.profile = 'agency-seal' and c.state in ('issued', 'revoked', 'on_hold')
     order by c.not_before desc, c.id limit 50`, [agencyId]);
  return rows;
}

export async function findAgencyDetails(db: Knex, { id, successorId, parentId }: AgencyRow): Promise<AgencyDetails> {
  const { rows: names } = await db.raw<{ rows: AgencyName[] }>(
    'select name, certificate_name, valid_from, valid_to from agency_names where agency_id = ? order by valid_from desc', [id]);
  const aliases = await db('agency_aliases').where({ agencyId: id }).orderBy('alias').pluck('alias') as string[];
  const codes = await db('agencies').whereIn('id', [successorId, parentId].filter((x) => x !== null)).select('id', 'code') as { id: string; code: string }[];
  const codeOf = (other: string | null): string | null => codes.find((c) => c.id === other)?.code ?? null;
  const predecessorCodes = await db('agencies').where({ successorId: id }).orderBy('code').pluck('code') as string[];
  return { names, aliases, successorCode: codeOf(successorId), predecessorCodes, parentCode: codeOf(parentId), seals: await listSeals(db, id) };
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

/** The code of a unit that stands right below and is open. */
export async function findOpenUnitBelow(db: Knex, id: string): Promise<string | undefined> {
  return (await db('agencies').where({ parentId: id }).whereNull('validTo').orderBy('code').first('code') as { code: string } | undefined)?.code;
}

/** Since when the name in use is in use. */
export async function findNameSince(db: Knex, agencyId: string): Promise<Date | undefined> {
  return (await db('agency_names').where({ agencyId }).orderBy('validFrom', 'desc').first('validFrom') as { validFrom: Date } | undefined)?.validFrom;
}

export interface Closure { id: string; validTo: Date; successorId: string | null; updatedAt: Date }

/** Ends agencies and the names they had last. */
export async function markAgenciesClosed(tx: Tx, closures: readonly Closure[]): Promise<void> {
  const json = JSON.stringify(closures);
  const rows = 'jsonb_to_recordset(?::jsonb) as r (id uuid, "validTo" timestamptz, "successorId" uuid, "updatedAt" timestamptz)';
  await tx.raw(`update agencies a set valid_to = r."validTo", successor_id = r."successorId", updated_at = r."updatedAt" from ${rows} where a.id = r.id`, [json]);
  await tx.raw(`update agency_names n set valid_to = r."validTo" from ${rows} where n.agency_id = r.id and n.valid_to is null`, [json]);
}

/**
 * Hangs a closed agency and all below it under its successor, which looks after its subscribers.
 * What carries a copy of the path (certificates, operators) is carried along by the database.
 */
export async function movePathBelow(tx: Tx, id: string, successorId: string): Promise<void> {
  await tx.raw(
    `update agencies a set path = s.path || subpath(a.path, nlevel(m.path) - 1)
     from agencies m, agencies s where m.id = ? and s.id = ? and a.path <@ m.path and not m.path <@ s.path`, [id, successorId]);
}

export interface Registrar { id: string; name: string; email: string | null; agencyPath: string; agencyCode: string | null; expiresAt: Date | null }

/** Registrars in being whose reach holds the agency: its own and those of the agencies above. */
export async function listRegistrars(db: Knex, path: string, at: Date): Promise<Registrar[]> {
  const { rows } = await db.raw<{ rows: Registrar[] }>(
    `select o.id, o.name, o.email, o.agency_path, a.code as agency_code, o.expires_at
     from operators o join operator_roles r on r.operator_id = o.id and r.role = 'registrar' left join agencies a on a.path = o.agency_path
     where o.active and (o.expires_at is null or o.expires_at > ?) and o.agency_path @> ?::ltree
     order by nlevel(o.agency_path) desc, o.name, o.id limit 500`, [at, path]);
  return rows;
}

/** What an import compares a file with. */
export type KnownAgency = Pick<NamedAgency, 'id' | 'code' | 'path' | 'name' | 'certificateName' | 'unitCode' | 'locality' | 'validFrom' | 'validTo'> & {
  nameSince: Date; successorCode: string | null;
};

const knownAgencies = `select a.id, a.code, a.path, n.name, n.certificate_name, n.valid_from as name_since, a.unit_code, a.locality, a.valid_from, a.valid_to,
    s.code as successor_code
  from agencies a cross join lateral (select * from agency_names where agency_id = a.id order by valid_from desc limit 1) n
  left join agencies s on s.id = a.successor_id`;

/** No agency is entered, renamed or closed by anyone else until the transaction ends. */
export async function lockRegister(tx: Tx): Promise<void> {
  await tx.raw('lock table agencies in share row exclusive mode');
}

export async function listKnownAgencies(db: Knex): Promise<KnownAgency[]> {
  return (await db.raw<{ rows: KnownAgency[] }>(knownAgencies)).rows;
}

/** Every other spelling with the code it leads to. */
export async function listAliases(db: Knex): Promise<{ alias: string; code: string }[]> {
  return (await db.raw<{ rows: { alias: string; code: string }[] }>('select x.alias, a.code from agency_aliases x join agencies a on a.id = x.agency_id')).rows;
}

/** One stretch of the register in the order of codes, each agency with its other spellings. */
export async function listForExport(db: Knex, under: string | undefined, after: string, limit: number): Promise<(KnownAgency & { aliases: string[] })[]> {
  const { rows } = await db.raw<{ rows: (KnownAgency & { aliases: string[] })[] }>(
    `select k.*, array(select alias from agency_aliases where agency_id = k.id order by alias) as aliases from (${knownAgencies}) k
     where k.code > ? and (?::ltree is null or k.path <@ ?::ltree) order by k.code limit ?`, [after, under ?? null, under ?? null, limit]);
  return rows;
}

type Entered = KnownAgency & { parentId: string | null; kind: AgencyRow['kind'] };

/** Agencies with their names, those above before those below. */
export async function insertAgencies(tx: Tx, agencies: readonly Entered[], at: Date): Promise<void> {
  const json = JSON.stringify(agencies);
  const rows = `jsonb_to_recordset(?::jsonb) as r (id uuid, code text, kind text, "parentId" uuid, path ltree, "unitCode" text, locality text,
    "validFrom" timestamptz, name text, "certificateName" text)`;
  await tx.raw(
    `insert into agencies (id, code, kind, parent_id, path, unit_code, locality, valid_from, created_at, updated_at)
     select id, code, kind, "parentId", path, "unitCode", locality, "validFrom", ?, ? from ${rows}`, [at, at, json]);
  await tx.raw(`insert into agency_names (agency_id, name, certificate_name, valid_from) select id, name, "certificateName", "validFrom" from ${rows}`, [json]);
}

export async function insertAliases(tx: Tx, aliases: readonly { alias: string; agencyId: string }[]): Promise<void> {
  await tx.raw(`insert into agency_aliases (alias, agency_id) select alias, "agencyId" from jsonb_to_recordset(?::jsonb) as r (alias text, "agencyId" uuid)`, [JSON.stringify(aliases)]);
}

export async function insertAgencyNames(tx: Tx, names: readonly { id: string; name: string; certificateName: string }[], at: Date): Promise<void> {
  const json = JSON.stringify(names);
  const rows = 'jsonb_to_recordset(?::jsonb) as r (id uuid, name text, "certificateName" text)';
  await tx.raw(`update agency_names n set valid_to = ? from ${rows} where n.agency_id = r.id and n.valid_to is null`, [at, json]);
  await tx.raw(`insert into agency_names (agency_id, name, certificate_name, valid_from) select id, name, "certificateName", ? from ${rows}`, [at, json]);
  await tx.raw(`update agencies a set updated_at = ? from ${rows} where a.id = r.id`, [at, json]);
}

export async function markAgencyDetails(tx: Tx, details: readonly { id: string; unitCode: string | null; locality: string | null }[], at: Date): Promise<void> {
  await tx.raw(
    `update agencies a set unit_code = r."unitCode", locality = r.locality, updated_at = ?
     from jsonb_to_recordset(?::jsonb) as r (id uuid, "unitCode" text, locality text) where a.id = r.id`, [at, JSON.stringify(details)]);
}
