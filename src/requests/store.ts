import type { Knex } from 'knex';
import type { NameParts } from '../../pki/name/build.ts';
import { findPage, type Page, type PageRequest } from '../database/paging.ts';
import type { Tx } from '../services.ts';
import type { Device, GroundName, Kind } from './kinds.ts';
import type { DecisionName, State, StoredState } from './states.ts';
import type { AgencyLevel } from './subject.ts';

export interface RequestRow {
  id: string;
  kind: Kind;
  state: StoredState;
  /** counts the amendments; decisions of an earlier one no longer bind */
  round: number;
  profile: string;
  agencyId: string;
  officialId: string | null;
  serviceName: string | null;
  device: Device | null;
  /** renewed, changed, revoked or restored */
  certificateId: string | null;
  newCertificateId: string | null;
  subject: NameParts;
  subjectText: string;
  csr: Uint8Array | null;
  spki: Uint8Array | null;
  spkiHash: Uint8Array | null;
  days: number | null;
  endsAt: Date | null;
  ground: GroundName | null;
  reason: string | null;
  invalidityDate: Date | null;
  note: string | null;
  contentHash: Uint8Array;
  /** when the registers were read for the subject */
  composedAt: Date;
  submittedBy: string;
  amendedBy: string | null;
  confirmedBy: string | null;
  confirmedHash: Uint8Array | null;
  examinedBy: string | null;
  examinedHash: Uint8Array | null;
  approvedBy: string | null;
  dueAt: Date | null;
  duplicateKey: string;
  idempotencyKey: string | null;
  submissionHash: Uint8Array;
  createdAt: Date;
  stateChangedAt: Date;
}

/** With where the managing agency stands in the tree. */
export type PlacedRequest = RequestRow & { agencyCode: string; agencyPath: string };
/** As it is shown: `approved` with a signed certificate is `issued`. */
export type ShownRequest = Omit<PlacedRequest, 'state'> & { state: State };

const fields = [
  'id', 'kind', 'round', 'profile', 'agencyId', 'officialId', 'serviceName', 'device', 'certificateId', 'newCertificateId', 'subject', 'subjectText',
  'csr', 'spki', 'spkiHash', 'days', 'endsAt', 'ground', 'reason', 'invalidityDate', 'note', 'contentHash', 'composedAt', 'submittedBy', 'amendedBy',
  'confirmedBy', 'confirmedHash', 'examinedBy', 'examinedHash', 'approvedBy', 'dueAt', 'duplicateKey', 'idempotencyKey', 'submissionHash', 'createdAt', 'stateChangedAt',
] as const satisfies readonly (keyof RequestRow)[];
const shownState = `case when r.state = 'approved' and c.state in ('issued', 'revoked', 'on_hold') then 'issued' else r.state end`;

const placed = (db: Knex): Knex.QueryBuilder => db('requests as r').join('agencies as a', 'a.id', 'r.agencyId')
  .select(fields.map((f) => `r.${f}`)).select('a.code as agencyCode', 'a.path as agencyPath');
const shown = (db: Knex): Knex.QueryBuilder => placed(db).leftJoin('certificates as c', 'c.id', 'r.newCertificateId').select(db.raw(`${shownState} as state`));

export async function findRequest(db: Knex, id: string): Promise<ShownRequest | undefined> {
  return (await shown(db).where('r.id', id).first()) as ShownRequest | undefined;
}

export async function findOpenDuplicate(db: Knex, duplicateKey: string): Promise<{ id: string } | undefined> {
  return db('requests').where({ duplicateKey }).whereIn('state', ['draft', 'confirmed', 'examined', 'returned']).first('id') as Promise<{ id: string } | undefined>;
}

export async function findByIdempotencyKey(db: Knex, submittedBy: string, idempotencyKey: string): Promise<ShownRequest | undefined> {
  return (await shown(db).where({ 'r.submittedBy': submittedBy, 'r.idempotencyKey': idempotencyKey }).first()) as ShownRequest | undefined;
}

/** Locked in the order of ids, whatever order they were asked in, so that two batches cannot wait for each other. */
export async function lockRequests(tx: Tx, ids: readonly string[]): Promise<Map<string, PlacedRequest>> {
  const rows = (await placed(tx).select('r.state').whereRaw('r.id = any(?::uuid[])', [[...ids]]).orderBy('r.id').forUpdate('r')) as PlacedRequest[];
  return new Map(rows.map((row) => [row.id, row]));
}

export interface RequestFilter {
  state?: State | undefined;
  kind?: Kind | undefined;
  search?: string | undefined;
  officialId?: string | undefined;
  certificateId?: string | undefined;
  under?: readonly (string | undefined)[];
  dueBefore?: Date | undefined;
}

/** Newest first. */
export async function listRequests(db: Knex, filter: RequestFilter, page: PageRequest): Promise<Page<ShownRequest>> {
  const query = shown(db);
  for (const path of filter.under ?? []) if (path !== undefined) void query.whereRaw('a.path <@ ?::ltree', [path]);
  if (filter.state) void query.whereRaw(`${shownState} = ?`, [filter.state]);
  if (filter.kind) void query.where('r.kind', filter.kind);
  if (filter.officialId) void query.where('r.officialId', filter.officialId);
  if (filter.certificateId) void query.where('r.certificateId', filter.certificateId);
  if (filter.dueBefore) void query.whereIn('r.state', ['confirmed', 'examined']).where('r.dueAt', '<=', filter.dueBefore);
  if (filter.search) {
    void query.whereRaw(`r.id in (select request_id from request_texts where text like '%' || search_text(?) || '%')`,
      [filter.search.normalize('NFC').replaceAll(/[\\%_]/g, '\\$&')]);
  }
  return findPage<ShownRequest>(query, ['r.createdAt', 'r.id'], page, 'desc');
}

/** False if an open request wants the same thing, or the idempotency key was used. */
export async function insertRequest(tx: Tx, row: RequestRow): Promise<boolean> {
  const inserted = await tx('requests').insert({ ...row, subject: JSON.stringify(row.subject) }).onConflict().ignore().returning('id');
  if (inserted.length === 0) return false;
  await insertText(tx, row);
  return true;
}

/** What a search finds the request by. */
async function insertText(tx: Tx, { id, subjectText }: RequestRow): Promise<void> {
  await tx.raw('insert into request_texts (request_id, text) values (?, search_text(?)) on conflict (request_id) do update set text = excluded.text', [id, subjectText]);
}

export async function markAmended(tx: Tx, row: RequestRow): Promise<void> {
  await tx('requests').where({ id: row.id }).update({ ...row, subject: JSON.stringify(row.subject) });
  await insertText(tx, row);
}

export interface HolderRow {
  agencyId: string; agencyPath: string; agencyClosed: boolean; levels: AgencyLevel[];
  official: { name: string; email: string; left: boolean } | null;
}

/** What the registers say of an official and the managing agency, or of an agency alone. */
export async function findHolder(db: Knex, by: { officialId: string } | { agencyId: string }): Promise<HolderRow | undefined> {
  const official = 'officialId' in by;
  const { rows } = await db.raw<{ rows: HolderRow[] }>(
    `select t.id as agency_id, t.path as agency_path, t.valid_to is not null as agency_closed,
       (select jsonb_agg(jsonb_build_object('certificateName', n.certificate_name, 'locality', x.locality) order by nlevel(x.path))
        from agencies x cross join lateral (select certificate_name from agency_names where agency_id = x.id order by valid_from desc limit 1) n
        where x.path @> t.path and (x.id = t.id or starts_with(t.code, x.code || '.'))) as levels,
       ${official ? `jsonb_build_object('name', o.name, 'email', o.email, 'left', o.left_at is not null)` : 'null'} as official
     from agencies t ${official ? 'join officials o on o.agency_id = t.id where o.id = ?' : 'where t.id = ?'}`,
    ['officialId' in by ? by.officialId : by.agencyId]);
  return rows[0];
}

export interface TargetRow {
  id: string; state: string; profile: string; subjectDer: Uint8Array; subjectText: string; notAfter: Date; agencyId: string | null; agencyPath: string | null;
  officialId: string | null; spkiHash: Uint8Array; serviceName: string | null; renewals: number; replaced: boolean;
}

/** A certificate that a request is about: how often its line was renewed, and whether something has replaced it. */
export async function findTarget(db: Knex, certificateId: string): Promise<TargetRow | undefined> {
  const { rows } = await db.raw<{ rows: TargetRow[] }>(
    `with recursive line as (
       select id, replaces_id, request_id from certificates where id = ?
       union all select b.id, b.replaces_id, b.request_id from certificates b join line on b.id = line.replaces_id)
     select c.id, c.state, c.profile, c.subject_der, c.subject_text, c.not_after, c.agency_id, a.path as agency_path, c.official_id, c.spki_hash, r.service_name,
       (select count(*) from line join requests q on q.id = line.request_id where q.kind = 'renew') as renewals,
       exists (select 1 from certificates n where n.replaces_id = c.id and n.state <> 'void') as replaced
     from certificates c left join agencies a on a.id = c.agency_id left join requests r on r.id = c.request_id where c.id = ?`,
    [certificateId, certificateId]);
  return rows[0];
}

export interface KeyFacts { holder: string | null; compromised: boolean; askedByOther: boolean }

/** What is known of a key: whose it is, whether a certificate with it was revoked for compromise, who else asks with it. */
export async function findKeyFacts(db: Knex, key: { spkiHash: Uint8Array; officialId: string | null; agencyId: string }): Promise<KeyFacts> {
  const { rows } = await db.raw<{ rows: KeyFacts[] }>(
    `select (select holder from subject_keys where spki_hash = k.hash) as holder,
       exists (select 1 from certificates c join revocations v on v.certificate_id = c.id where c.spki_hash = k.hash and v.reason = 'keyCompromise') as compromised,
       exists (select 1 from requests r where r.spki_hash = k.hash and r.state in ('draft', 'confirmed', 'examined', 'returned')
         and (r.official_id is distinct from k.official or (k.official is null and r.agency_id <> k.agency))) as asked_by_other
     from (select ?::bytea as hash, ?::uuid as official, ?::uuid as agency) k`,
    [Buffer.from(key.spkiHash), key.officialId, key.agencyId]);
  return rows[0]!;
}

export interface FreshFacts {
  id: string; registerChangedAt: Date; agencyClosed: boolean; officialLeft: boolean; keyCompromised: boolean;
  targetState: string | null; targetNotAfter: Date | null; targetReplaced: boolean;
}

/** What may have changed since requests were composed, for all of a batch. Asked after the rows are locked. */
export async function findFreshFacts(tx: Tx, ids: readonly string[]): Promise<Map<string, FreshFacts>> {
  const { rows } = await tx.raw<{ rows: FreshFacts[] }>(
    `select r.id, greatest(o.updated_at, (select max(x.updated_at) from agencies x where x.path @> a.path)) as register_changed_at,
       a.valid_to is not null as agency_closed, coalesce(o.left_at is not null, false) as official_left,
       exists (select 1 from certificates k join revocations v on v.certificate_id = k.id where k.spki_hash = r.spki_hash and v.reason = 'keyCompromise') as key_compromised,
       t.state as target_state, t.not_after as target_not_after,
       exists (select 1 from certificates n where n.replaces_id = r.certificate_id and n.state <> 'void') as target_replaced
     from requests r join agencies a on a.id = r.agency_id left join officials o on o.id = r.official_id left join certificates t on t.id = r.certificate_id
     where r.id = any(?::uuid[])`, [[...ids]]);
  return new Map(rows.map((row) => [row.id, row]));
}

export interface DecisionRow {
  id: string; requestId: string; round: number; decision: DecisionName; fromState: StoredState; toState: StoredState;
  actorId: string; actorName: string; reason: string | null; contentHash: Uint8Array; decidedAt: Date;
}

const decisionColumns = [
  ['id', 'uuid'], ['requestId', 'uuid'], ['round', 'integer'], ['decision', 'text'], ['fromState', 'text'], ['toState', 'text'],
  ['actorId', 'text'], ['actorName', 'text'], ['reason', 'text'], ['contentHash', 'bytea'], ['decidedAt', 'timestamptz'],
] as const satisfies readonly (readonly [keyof DecisionRow, string])[];
const stateColumns = [
  ['id', 'uuid'], ['state', 'text'], ['confirmedBy', 'text'], ['confirmedHash', 'bytea'], ['examinedBy', 'text'], ['examinedHash', 'bytea'],
  ['approvedBy', 'text'], ['dueAt', 'timestamptz'], ['newCertificateId', 'uuid'], ['stateChangedAt', 'timestamptz'],
] as const satisfies readonly (readonly [keyof RequestRow, string])[];

// knex's types know no arrays with nulls and bytes in them, pg does
const columnOf = <T>(rows: readonly T[], field: keyof T): string[] => rows.map((row) => row[field]) as unknown[] as string[];
const snake = (field: string): string => field.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
const arrays = (columns: readonly (readonly [string, string])[]): string => columns.map(([, type]) => `?::${type}[]`).join(', ');
const names = (columns: readonly (readonly [string, string])[]): string => columns.map(([field]) => snake(field)).join(', ');

/** Stores decisions and where they leave their requests, in one statement for any number. */
export async function insertDecisions(tx: Tx, decisions: readonly DecisionRow[], requests: readonly RequestRow[]): Promise<void> {
  const sets = stateColumns.slice(1).map(([field]) => `${snake(field)} = u.${snake(field)}`).join(', ');
  await tx.raw(
    `with stored as (insert into decisions (${names(decisionColumns)}) select * from unnest(${arrays(decisionColumns)}))
     update requests r set ${sets} from unnest(${arrays(stateColumns)}) as u (${names(stateColumns)}) where r.id = u.id`,
    [...decisionColumns.map(([field]) => columnOf(decisions, field)), ...stateColumns.map(([field]) => columnOf(requests, field))]);
}

export async function listDecisions(db: Knex, requestId: string): Promise<DecisionRow[]> {
  const { rows } = await db.raw<{ rows: DecisionRow[] }>(
    `select ${names(decisionColumns)} from decisions where request_id = ? order by decided_at, round`, [requestId]);
  return rows;
}
