import type { Knex } from 'knex';
import { findPage, type Page, type PageRequest } from '../database/paging.ts';
import type { Tx } from '../services.ts';
import type { Action } from './model.ts';

export interface RegisterRow { id: string; code: string; path: string; name: string; certificateName: string; locality: string | null; closed: boolean }
/** The whole register of agencies, closed ones too. */
export async function listRegister(db: Knex): Promise<RegisterRow[]> {
  const { rows } = await db.raw<{ rows: RegisterRow[] }>(
    `select a.id, a.code, a.path, n.name, n.certificate_name, a.locality, a.valid_to is not null as closed from agencies a
     cross join lateral (select name, certificate_name from agency_names where agency_id = a.id order by valid_from desc limit 1) n
     order by a.path`);
  return rows;
}

export interface ReorganisationRow {
  id: string; bulkId: string; title: string; legalBasis: string; actions: readonly Action[]; overlapDays: number; sameKey: boolean; createdAt: Date; appliedAt: Date | null;
}
export type StatedReorganisation = ReorganisationRow & { state: string };
const columns = ['id', 'bulkId', 'title', 'legalBasis', 'actions', 'overlapDays', 'sameKey', 'createdAt', 'appliedAt'] as const satisfies readonly (keyof ReorganisationRow)[];
const stated = (db: Knex): Knex.QueryBuilder => db('reorganisations as r').join('bulk_jobs as j', 'j.id', 'r.bulkId').select(columns.map((c) => `r.${c}`)).select('j.state');

export async function findReorganisation(db: Knex, by: { id: string } | { bulkId: string }): Promise<StatedReorganisation | undefined> {
  return (await stated(db).where('id' in by ? { 'r.id': by.id } : { 'r.bulkId': by.bulkId }).first()) as StatedReorganisation | undefined;
}
/** An agency of the reach as it was or as it is now, or that takes over; or a person named alone who leaves it or comes. Everybody else moves with an agency. */
const touching = `(exists (select from reorganisation_agencies x left join agencies a on a.id in (x.agency_id, x.successor_id) where x.reorganisation_id = r.id and (x.path <@ ?::ltree or a.path <@ ?::ltree))
  or r.actions @> '[{"type": "move"}]' and exists (select from reorganisation_people p join agencies a on a.id in (p.from_agency_id, p.to_agency_id)
    where p.reorganisation_id = r.id and a.path <@ ?::ltree))`;
/** Those that touch what a path holds, or all; the newest first. */
export async function listReorganisations(db: Knex, within: string | undefined, page: PageRequest): Promise<Page<StatedReorganisation>> {
  const query = stated(db);
  if (within !== undefined) void query.whereRaw(touching, [within, within, within]);
  return findPage<StatedReorganisation>(query, ['r.createdAt', 'r.id'], page, 'desc');
}
export async function findTouching(db: Knex, id: string, within: string): Promise<boolean> {
  return (await db('reorganisations as r').where('r.id', id).whereRaw(touching, [within, within, within]).first('r.id')) !== undefined;
}
export async function insertReorganisation(tx: Tx, row: ReorganisationRow): Promise<void> {
  await tx('reorganisations').insert({ ...row, actions: JSON.stringify(row.actions) });
}
export async function lockReorganisation(tx: Tx, id: string): Promise<ReorganisationRow | undefined> {
  return (await tx('reorganisations').where({ id }).forUpdate().first(...columns)) as ReorganisationRow | undefined;
}
export async function markApplied(tx: Tx, id: string, appliedAt: Date): Promise<void> {
  await tx('reorganisations').where({ id }).update({ appliedAt });
}
/** Plans are drawn up one after the other: two at once could not see that they overlap. */
export async function lockPlanning(tx: Tx): Promise<void> {
  await tx.raw(`select pg_advisory_xact_lock(hashtext('reorganisation plan'))`);
}

export interface AgencyFate {
  agencyId: string; code: string; path: string | null; fate: 'made' | 'closed' | 'replaced' | 'renamed' | 'kept' | 'relabelled'; successorId: string | null; successorCode: string | null;
  name: string; certificateName: string; locality: string | null;
}
const fateColumns = ['agencyId', 'code', 'path', 'fate', 'successorId', 'successorCode', 'name', 'certificateName', 'locality'] as const satisfies readonly (keyof AgencyFate)[];
export async function insertFates(tx: Tx, reorganisationId: string, fates: readonly AgencyFate[]): Promise<void> {
  await tx.raw(
    `insert into reorganisation_agencies (reorganisation_id, number, agency_id, code, path, fate, successor_id, successor_code, name, certificate_name, locality)
     select ?, row_number() over (), "agencyId", code, path, fate, "successorId", "successorCode", name, "certificateName", locality
     from jsonb_to_recordset(?::jsonb) as r ("agencyId" uuid, code text, path ltree, fate text, "successorId" uuid, "successorCode" text, name text, "certificateName" text, locality text)`,
    [reorganisationId, JSON.stringify(fates)]);
}
export async function listFates(db: Knex, reorganisationId: string): Promise<AgencyFate[]> {
  return db('reorganisation_agencies').where({ reorganisationId }).orderBy('number').select(...fateColumns);
}
export async function listFatesPage(db: Knex, reorganisationId: string, page: PageRequest): Promise<Page<AgencyFate>> {
  return findPage<AgencyFate>(db('reorganisation_agencies').where({ reorganisationId }).select(...fateColumns, 'number'), ['number'], page);
}
/** Some agencies whose turn has not come: what is made the last and the highest first, what ends the lowest first. */
export async function listWaitingFates(tx: Tx, reorganisationId: string, fates: readonly AgencyFate['fate'][], limit: number): Promise<AgencyFate[]> {
  const level = `length(code) - length(replace(code, '.', ''))`;
  return tx('reorganisation_agencies').where({ reorganisationId }).whereNull('appliedAt').whereIn('fate', [...fates])
    .orderByRaw(`fate = 'made', case when fate = 'made' then ${level} else -(${level}) end, number`).limit(limit).select(...fateColumns);
}
export async function markFatesApplied(tx: Tx, reorganisationId: string, fates: readonly AgencyFate[], at: Date): Promise<void> {
  await tx('reorganisation_agencies').where({ reorganisationId }).whereIn('agencyId', fates.map(({ agencyId }) => agencyId)).update({ appliedAt: at });
}
/** Where an agency and all below it will hang once it has ended with that successor. */
export async function listPathsAfter(db: Knex, agencyId: string, successorId: string): Promise<{ from: string; to: string }[]> {
  const { rows } = await db.raw<{ rows: { from: string; to: string }[] }>(
    `select a.path as "from", s.path || subpath(a.path, nlevel(m.path) - 1) as "to"
     from agencies m, agencies s, agencies a where m.id = ? and s.id = ? and a.path <@ m.path and not m.path <@ s.path order by a.path`, [agencyId, successorId]);
  return rows;
}
/** Whether a step has been made. */
export async function hasBegun(db: Knex, reorganisationId: string): Promise<boolean> {
  const { rows } = await db.raw<{ rows: { begun: boolean }[] }>(
    `select exists (select from reorganisation_agencies where reorganisation_id = ? and applied_at is not null)
       or exists (select from reorganisation_people where reorganisation_id = ? and settled_at is not null) as begun`, [reorganisationId, reorganisationId]);
  return rows[0]!.begun;
}
export interface Steps { agencies: { done: number; of: number }; people: { done: number; of: number } }
/** How far the registers are: agencies that change, people who move. */
export async function countSteps(db: Knex, reorganisationId: string): Promise<Steps> {
  const { rows } = await db.raw<{ rows: { of: number; done: number }[] }>(
    `select count(*) as of, count(applied_at) as done from reorganisation_agencies where reorganisation_id = ? and fate in ('renamed', 'made', 'replaced', 'closed')
     union all select count(*), count(settled_at) from reorganisation_people where reorganisation_id = ? and to_agency_id is not null`, [reorganisationId, reorganisationId]);
  return { agencies: rows[0]!, people: rows[1]! };
}
/** An open plan that touches an agency which another one would touch, or one above or below it. */
export async function findOverlap(db: Knex, paths: readonly string[]): Promise<{ id: string; code: string } | undefined> {
  const { rows } = await db.raw<{ rows: { id: string; code: string }[] }>(
    `select r.id, a.code from reorganisations r join bulk_jobs j on j.id = r.bulk_id and j.state not in ('finished', 'refused')
     join reorganisation_agencies a on a.reorganisation_id = r.id
     where a.path <@ ?::ltree[] or (a.fate <> 'kept' and a.path @> ?::ltree[]) limit 1`, [[...paths], [...paths]]);
  return rows[0];
}

/** Serving people of agencies that end or move, and those named alone. @param places from where to where; a later one wins */
export async function insertPeople(tx: Tx, reorganisationId: string, places: readonly { from: string; to: string | null }[], moves: readonly { officialId: string; to: string }[]): Promise<number> {
  const { rows } = await tx.raw<{ rows: { n: number }[] }>(
    `with places as (select * from jsonb_to_recordset(?::jsonb) as r ("from" uuid, "to" uuid)),
       moves as (select * from jsonb_to_recordset(?::jsonb) as r ("officialId" uuid, "to" uuid)),
       stored as (insert into reorganisation_people (reorganisation_id, official_id, from_agency_id, to_agency_id)
         select ?, o.id, o.agency_id, coalesce(m."to", p."to") from officials o left join moves m on m."officialId" = o.id left join places p on p."from" = o.agency_id
         where o.left_at is null and (o.agency_id in (select "from" from places) or o.id in (select "officialId" from moves)) returning 1)
     select count(*) as n from stored`, [JSON.stringify(places), JSON.stringify(moves), reorganisationId]);
  return rows[0]!.n;
}
/** Who has come to an agency that is still to end since the plan was drawn up goes where its people go. Answers how many. */
export async function insertLatePeople(tx: Tx, reorganisationId: string): Promise<number> {
  const { rowCount } = await tx.raw<{ rowCount: number }>(
    `insert into reorganisation_people (reorganisation_id, official_id, from_agency_id, to_agency_id)
     select a.reorganisation_id, o.id, a.agency_id, a.successor_id from reorganisation_agencies a join officials o on o.agency_id = a.agency_id and o.left_at is null
     where a.reorganisation_id = ? and a.fate in ('closed', 'replaced') and a.applied_at is null and a.successor_id is not null on conflict do nothing`, [reorganisationId]);
  return rowCount;
}
/** Of those who serve; within a path, or anywhere. */
export async function listKnownOfficials(db: Knex, ids: readonly string[], within: string | undefined): Promise<string[]> {
  const query = db('officials as o').join('agencies as a', 'a.id', 'o.agencyId').whereRaw('o.id = any(?::uuid[])', [[...ids]]).whereNull('o.leftAt');
  if (within !== undefined) void query.whereRaw('a.path <@ ?::ltree', [within]);
  return query.pluck('o.id') as Promise<string[]>;
}
export async function countPeople(db: Knex, reorganisationId: string): Promise<number> {
  const row = await db('reorganisation_people').where({ reorganisationId }).count({ n: '*' }).first() as { n: number } | undefined;
  return row?.n ?? 0;
}
export interface PersonRow { officialId: string; name: string; email: string; fromAgencyId: string; toAgencyId: string | null }
const people = (db: Knex, reorganisationId: string): Knex.QueryBuilder => db('reorganisation_people as p').join('officials as o', 'o.id', 'p.officialId').where('p.reorganisationId', reorganisationId)
  .select('p.officialId', 'o.name', 'o.email', 'p.fromAgencyId', 'p.toAgencyId');
/** @param within only those who leave or come to what this path holds */
export async function listPeople(db: Knex, reorganisationId: string, within: string | undefined, page: PageRequest): Promise<Page<PersonRow>> {
  const query = people(db, reorganisationId);
  if (within !== undefined) void query.whereRaw('exists (select from agencies a where a.id in (p.from_agency_id, p.to_agency_id) and a.path <@ ?::ltree)', [within]);
  return findPage<PersonRow>(query, ['p.officialId'], page);
}
/** Some of those whose turn has not come, with where they go; locked. `stays`: left meanwhile, or no longer where the plan found them. */
export async function lockWaitingPeople(tx: Tx, reorganisationId: string, limit: number): Promise<{ officialId: string; agencyId: string; stays: boolean }[]> {
  const { rows } = await tx.raw<{ rows: { officialId: string; agencyId: string; stays: boolean }[] }>(
    `select p.official_id, p.to_agency_id as agency_id, o.left_at is not null or o.agency_id <> p.from_agency_id or p.to_agency_id = p.from_agency_id as stays
     from reorganisation_people p join officials o on o.id = p.official_id
     where p.reorganisation_id = ? and p.settled_at is null and p.to_agency_id is not null order by p.official_id limit ? for update of o`, [reorganisationId, limit]);
  return rows;
}
export async function markPeopleSettled(tx: Tx, reorganisationId: string, people: readonly { officialId: string }[], at: Date): Promise<void> {
  await tx('reorganisation_people').where({ reorganisationId }).whereIn('officialId', people.map(({ officialId }) => officialId)).update({ settledAt: at });
}

export interface TouchedCertificate {
  id: string; profile: string; agencyId: string; officialId: string | null; spkiHash: Uint8Array; notAfter: Date; subjectDer: Uint8Array; subjectText: string;
  serviceName: string | null; name: string | null; email: string | null; placeId: string;
}
/** Every certificate in force of agencies and people, not yet replaced, in one query. `placeId` is where its holder is now. */
export async function listTouched(db: Knex, agencyIds: readonly string[], officialIds: readonly string[], at: Date): Promise<TouchedCertificate[]> {
  const { rows } = await db.raw<{ rows: TouchedCertificate[] }>(
    `with held as (
       select c.id, o.name, o.email, o.agency_id as place_id from officials o join certificates c on c.official_id = o.id
       where o.left_at is null and (o.agency_id = any(?::uuid[]) or o.id = any(?::uuid[]))
       union all
       select c.id, null, null, a.id from agencies a join certificates c on c.agency_path = a.path and c.agency_id = a.id and c.official_id is null where a.id = any(?::uuid[]))
     select c.id, c.profile, c.agency_id, c.official_id, c.spki_hash, c.not_after, c.subject_der, c.subject_text, h.name, h.email, h.place_id,
       coalesce(r.service_name, b.service_name) as service_name
     from held h join certificates c using (id) left join requests r on r.id = c.request_id left join bulk_lines b on b.id = c.request_id
     where c.state in ('issued', 'on_hold') and c.not_after > ? and not exists (select from certificates n where n.replaces_id = c.id and n.state <> 'void')
     order by c.id`, [[...agencyIds], [...officialIds], [...agencyIds], at]);
  return rows;
}

export interface SuccessionRow {
  certificateId: string; reorganisationId: string; officialId: string | null; newCertificateId: string | null; tokenHash: Uint8Array; endsAt: Date;
}
export async function insertSuccessions(tx: Tx, rows: readonly SuccessionRow[]): Promise<void> {
  const column = <K extends keyof SuccessionRow>(field: K): string[] => rows.map((row) => row[field]) as unknown[] as string[];
  await tx.raw(
    `insert into successions (certificate_id, reorganisation_id, official_id, new_certificate_id, token_hash, ends_at)
     select * from unnest(?::uuid[], ?::uuid[], ?::uuid[], ?::uuid[], ?::bytea[], ?::timestamptz[]) on conflict (certificate_id) do nothing`,
    [column('certificateId'), column('reorganisationId'), column('officialId'), column('newCertificateId'), column('tokenHash'), column('endsAt')]);
}
/** Whom to write to about new certificates. */
export async function listAddressees(db: Knex, officialIds: readonly string[]): Promise<{ id: string; name: string; email: string; agency: string }[]> {
  const { rows } = await db.raw<{ rows: { id: string; name: string; email: string; agency: string }[] }>(
    `select o.id, o.name, o.email, n.name as agency from officials o
     cross join lateral (select name from agency_names where agency_id = o.agency_id order by valid_from desc limit 1) n where o.id = any(?::uuid[])`, [[...officialIds]]);
  return rows;
}
export async function listSerials(db: Knex, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await db('certificates').whereIn('id', [...ids]).select('id', db.raw(`encode(serial_number, 'hex') as serial`)) as { id: string; serial: string }[];
  return new Map(rows.map(({ id, serial }) => [id, serial]));
}
export type FoundSuccession = SuccessionRow & { requestId: string | null; settledAt: Date | null; title: string; generationId: string; der: Uint8Array | null; newState: string | null };
/** By its link. The new certificate is the plan's own, or the one that a request of the holder made since. */
export async function findSuccession(db: Knex, tokenHash: Uint8Array): Promise<FoundSuccession | undefined> {
  const { rows } = await db.raw<{ rows: FoundSuccession[] }>(
    `select s.certificate_id, s.reorganisation_id, s.official_id, n.id as new_certificate_id, s.token_hash, s.ends_at, s.request_id, s.settled_at, r.title,
       n.generation_id, n.der, n.state as new_state
     from successions s join reorganisations r on r.id = s.reorganisation_id
     left join lateral (select id, generation_id, der, state from certificates where id = s.new_certificate_id or replaces_id = s.certificate_id
       order by (state = 'issued') desc, prepared_at desc limit 1) n on true
     where s.token_hash = ?`, [Buffer.from(tokenHash)]);
  return rows[0];
}
export async function markAsked(tx: Tx, certificateId: string, requestId: string): Promise<void> {
  await tx('successions').where({ certificateId }).update({ requestId });
}
export interface DueSuccession { certificateId: string; profile: string; isReplaced: boolean }
/** Overlaps that are over, locked; those another node has are left to it. */
export async function lockDueSuccessions(tx: Tx, at: Date, limit: number): Promise<DueSuccession[]> {
  const { rows } = await tx.raw<{ rows: DueSuccession[] }>(
    `select s.certificate_id, c.profile, exists (select from certificates n where n.replaces_id = c.id and n.state in ('issued', 'revoked', 'on_hold')) as is_replaced
     from successions s join certificates c on c.id = s.certificate_id where s.settled_at is null and s.ends_at <= ? order by s.ends_at, s.certificate_id limit ? for update of s skip locked`, [at, limit]);
  return rows;
}
export async function markSettled(tx: Tx, outcomes: readonly { certificateId: string; outcome: string }[], at: Date): Promise<void> {
  await tx.raw(
    `update successions s set settled_at = ?, outcome = u.outcome from unnest(?::uuid[], ?::text[]) as u (id, outcome) where s.certificate_id = u.id`,
    [at, outcomes.map(({ certificateId }) => certificateId), outcomes.map(({ outcome }) => outcome)]);
}
/** What happens to how many certificates, by kind of holder. */
export async function countFates(db: Knex, bulkId: string): Promise<{ kind: string; profile: string; ground: string | null; n: number }[]> {
  return db('bulk_lines').where({ bulkId }).groupBy('kind', 'profile', 'ground').orderBy(['kind', 'profile', 'ground']).select('kind', 'profile', 'ground').count({ n: '*' }) as Promise<{ kind: string; profile: string; ground: string | null; n: number }[]>;
}
