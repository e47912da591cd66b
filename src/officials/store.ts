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

export const checkStates = ['not-checked', 'waiting', 'confirmed', 'differs', 'not-found'] as const;

/** Who an official is: sealed, found by the blind index, and what the population database said. */
export interface IdentityRow {
  officialId: string;
  sealed: Uint8Array;
  blindIndex: Uint8Array | null;
  serving: boolean;
  checkState: (typeof checkStates)[number];
  checkedAt: Date | null;
  transactionId: string | null;
  updatedAt: Date;
}

const identityColumns = ['officialId', 'sealed', 'blindIndex', 'serving', 'checkState', 'checkedAt', 'transactionId', 'updatedAt'];

export async function findIdentity(db: Knex, officialId: string): Promise<IdentityRow | undefined> {
  return db('official_identities').where({ officialId }).first(identityColumns) as Promise<IdentityRow | undefined>;
}

export async function lockIdentity(tx: Tx, officialId: string): Promise<IdentityRow | undefined> {
  return tx('official_identities').where({ officialId }).forUpdate().first(identityColumns) as Promise<IdentityRow | undefined>;
}

export async function listIdentities(db: Knex, officialIds: readonly string[]): Promise<IdentityRow[]> {
  return db('official_identities').whereIn('officialId', [...officialIds]).select(identityColumns) as Promise<IdentityRow[]>;
}

/** False if the same person serves under another entry. */
export async function saveIdentity(tx: Tx, row: IdentityRow): Promise<boolean> {
  const { officialId, ...rest } = row;
  if ((await tx('official_identities').where({ officialId }).first('officialId')) === undefined) {
    return (await tx('official_identities').insert(row).onConflict().ignore().returning('officialId')).length === 1;
  }
  await tx('official_identities').where({ officialId }).update(rest);
  return true;
}

/** The entry under which the holder of a number serves. */
export async function findServing(db: Knex, blindIndex: Uint8Array): Promise<PlacedOfficial | undefined> {
  return (await placed(db).join('official_identities as i', 'i.officialId', 'o.id').where({ 'i.blindIndex': blindIndex, 'i.serving': true }).first()) as PlacedOfficial | undefined;
}

/** Every entry a number ever had, the serving one first. */
export async function listByNumber(db: Knex, blindIndex: Uint8Array, within: string | undefined): Promise<PlacedOfficial[]> {
  const query = placed(db).join('official_identities as i', 'i.officialId', 'o.id').where({ 'i.blindIndex': blindIndex })
    .orderBy([{ column: 'i.serving', order: 'desc' }, { column: 'o.createdAt', order: 'desc' }, 'o.id']).limit(50);
  if (within !== undefined) void query.whereRaw('a.path <@ ?::ltree', [within]);
  return (await query) as PlacedOfficial[];
}

export interface IdentityCheckRow { id: string; officialId: string; outcome: 'confirmed' | 'differs' | 'not-found'; transactionId: string; checkedAt: Date }

export async function insertIdentityCheck(tx: Tx, { officialId, outcome, transactionId, checkedAt, id }: IdentityCheckRow): Promise<void> {
  await tx('identity_checks').insert({ id, officialId, outcome, transactionId, checkedAt });
  await tx('official_identities').where({ officialId }).update({ checkState: outcome, checkedAt, transactionId });
}

export async function markIdentityWaiting(tx: Tx, officialId: string, updatedAt: Date): Promise<void> {
  await tx('official_identities').where({ officialId }).update({ checkState: 'waiting', checkedAt: null, transactionId: null, updatedAt });
}

export interface HistoryRow { agencyId: string; agencyCode: string; agencyName: string; name: string; position: string; email: string; validFrom: Date; validTo: Date | null }

/** Where an official stood when, the newest first; each agency under the name it had then. */
export async function listHistory(db: Knex, officialId: string): Promise<HistoryRow[]> {
  const { rows } = await db.raw<{ rows: HistoryRow[] }>(
    `select h.agency_id, a.code as agency_code, n.name as agency_name, h.name, h.position, h.email, h.valid_from, h.valid_to
     from official_history h join agencies a on a.id = h.agency_id
     cross join lateral (select name from agency_names where agency_id = a.id order by (valid_from <= h.valid_from) desc, case when valid_from <= h.valid_from then valid_from end desc, valid_from limit 1) n
     where h.official_id = ? order by h.number desc`, [officialId]);
  return rows;
}

/** Ends what stood until now and, for those who serve on, begins what stands in `officials`. */
export async function turnHistory(tx: Tx, officialIds: readonly string[], at: Date): Promise<void> {
  await tx.raw('update official_history set valid_to = greatest(valid_from, ?::timestamptz) where official_id = any(?::uuid[]) and valid_to is null', [at, [...officialIds]]);
  await tx.raw(
    `insert into official_history (official_id, agency_id, name, position, email, valid_from)
     select id, agency_id, name, position, email, ? from officials where id = any(?::uuid[]) and left_at is null`, [at, [...officialIds]]);
}

/** Puts many into other agencies in one statement; an absent position stays. */
export async function markMoved(tx: Tx, moves: readonly { officialId: string; agencyId: string; position?: string | undefined }[], at: Date): Promise<void> {
  await tx.raw(
    `update officials o set agency_id = r."agencyId", position = coalesce(r.position, o.position), updated_at = ?
     from jsonb_to_recordset(?::jsonb) as r ("officialId" uuid, "agencyId" uuid, position text) where o.id = r."officialId"`, [at, JSON.stringify(moves)]);
}

export async function lockOfficials(tx: Tx, ids: readonly string[]): Promise<Map<string, PlacedOfficial>> {
  const rows = (await placed(tx).whereIn('o.id', [...ids]).orderBy('o.id').forUpdate('o')) as PlacedOfficial[];
  return new Map(rows.map((row) => [row.id, row]));
}

/** Serial numbers of the devices that officials have now. */
export async function listDeviceSerials(db: Knex, officialIds: readonly string[]): Promise<{ officialId: string; serial: string; kind: string }[]> {
  return db('devices').whereIn('officialId', [...officialIds]).whereNot('state', 'retired').orderBy('serial').select('officialId', 'serial', 'kind') as Promise<{ officialId: string; serial: string; kind: string }[]>;
}

export interface TransferRow {
  id: string;
  officialId: string;
  fromAgencyId: string;
  toAgencyId: string;
  position: string;
  email: string;
  note: string | null;
  state: 'asked' | 'released' | 'refused';
  askedBy: string;
  askedAt: Date;
  decidedBy: string | null;
  decidedAt: Date | null;
  reason: string | null;
}
export type ShownTransfer = TransferRow & {
  officialName: string; fromAgencyCode: string; fromAgencyName: string; fromPath: string; toAgencyCode: string; toAgencyName: string; toPath: string; toClosed: boolean;
};

const lastName = (agency: string): string => `(select n.name from agency_names n where n.agency_id = ${agency}.id order by n.valid_from desc limit 1)`;
const transfers = (db: Knex): Knex.QueryBuilder => db('official_transfers as t').join('officials as o', 'o.id', 't.officialId')
  .join('agencies as f', 'f.id', 't.fromAgencyId').join('agencies as g', 'g.id', 't.toAgencyId')
  .select('t.id', 't.officialId', 't.fromAgencyId', 't.toAgencyId', 't.position', 't.email', 't.note', 't.state', 't.askedBy', 't.askedAt', 't.decidedBy',
    't.decidedAt', 't.reason', 'o.name as officialName', 'f.code as fromAgencyCode', 'f.path as fromPath', 'g.code as toAgencyCode', 'g.path as toPath',
    db.raw(`g.valid_to is not null as to_closed, ${lastName('f')} as from_agency_name, ${lastName('g')} as to_agency_name`));

export async function findTransfer(db: Knex, id: string): Promise<ShownTransfer | undefined> {
  return (await transfers(db).where('t.id', id).first()) as ShownTransfer | undefined;
}

export async function lockTransfer(tx: Tx, id: string): Promise<ShownTransfer | undefined> {
  return (await transfers(tx).where('t.id', id).forUpdate('t').first()) as ShownTransfer | undefined;
}

interface TransferFilter { within: string | undefined; state: TransferRow['state'] | undefined }

function reachedTransfers(db: Knex, filter: TransferFilter): Knex.QueryBuilder {
  const query = transfers(db);
  if (filter.within !== undefined) void query.whereRaw('(f.path <@ ?::ltree or g.path <@ ?::ltree)', [filter.within, filter.within]);
  if (filter.state) void query.where('t.state', filter.state);
  return query;
}

/** Transfers from or to the caller's reach. */
export async function listTransfers(db: Knex, filter: TransferFilter, page: PageRequest): Promise<Page<ShownTransfer>> {
  return findPage<ShownTransfer>(reachedTransfers(db, filter), ['t.id'], page);
}

/** The same, the newest first. */
export async function listNewestTransfers(db: Knex, filter: TransferFilter, page: PageRequest): Promise<Page<ShownTransfer>> {
  return findPage<ShownTransfer>(reachedTransfers(db, filter), ['t.askedAt', 't.id'], page, 'desc');
}

/** False if another transfer of the same person waits. */
export async function insertTransfer(tx: Tx, row: TransferRow): Promise<boolean> {
  return (await tx('official_transfers').insert(row).onConflict().ignore().returning('id')).length === 1;
}

export async function markTransferDecided(tx: Tx, { id, ...decided }: Pick<TransferRow, 'id' | 'state' | 'decidedBy' | 'decidedAt' | 'reason'>): Promise<void> {
  await tx('official_transfers').where({ id }).update(decided);
}
