import type { Knex } from 'knex';
import type { NameParts } from '../../pki/name/build.ts';
import { arrayOf } from '../database/array.ts';
import { findPage, type Page, type PageRequest } from '../database/paging.ts';
import { statement } from '../database/statement.ts';
import type { Tx } from '../services.ts';
import type { Device, GroundName, Kind, PaperKind, Transfer } from './kinds.ts';
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
  /** what a transfer of the official was said to mean */
  transfer: Transfer | null;
  /** the agency's first request, signed and sealed on paper */
  wetSigned: boolean;
  /** its term is counted in hours from the submission */
  urgent: boolean;
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

/** With where the managing agency stands in the tree, and what the population database said of the official (null: there is none). */
export type PlacedRequest = RequestRow & { agencyCode: string; agencyPath: string; identityCheck: string | null };
/** As it is shown: `approved` with a signed certificate is `issued`. */
export type ShownRequest = Omit<PlacedRequest, 'state'> & { state: State };

const fields = [
  'id', 'kind', 'round', 'profile', 'agencyId', 'officialId', 'serviceName', 'device', 'certificateId', 'newCertificateId', 'subject', 'subjectText',
  'csr', 'spki', 'spkiHash', 'days', 'endsAt', 'ground', 'reason', 'invalidityDate', 'note', 'transfer', 'wetSigned', 'urgent', 'contentHash', 'composedAt', 'submittedBy', 'amendedBy',
  'confirmedBy', 'confirmedHash', 'examinedBy', 'examinedHash', 'approvedBy', 'dueAt', 'duplicateKey', 'idempotencyKey', 'submissionHash', 'createdAt', 'stateChangedAt',
] as const satisfies readonly (keyof RequestRow)[];
const shownState = `case when r.state = 'approved' and c.state in ('issued', 'revoked', 'on_hold') then 'issued' else r.state end`;

const placed = (db: Knex): Knex.QueryBuilder => db('requests as r').join('agencies as a', 'a.id', 'r.agencyId')
  .leftJoin('official_identities as i', 'i.officialId', 'r.officialId')
  .select(fields.map((f) => `r.${f}`)).select('a.code as agencyCode', 'a.path as agencyPath')
  .select(db.raw(`case when r.official_id is not null then coalesce(i.check_state, 'not-checked') end as identity_check`));
const shown = (db: Knex): Knex.QueryBuilder => placed(db).leftJoin('certificates as c', 'c.id', 'r.newCertificateId').select(db.raw(`${shownState} as state`));

export async function findRequest(db: Knex, id: string): Promise<ShownRequest | undefined> {
  return (await shown(db).where('r.id', id).first()) as ShownRequest | undefined;
}

export async function findRequests(db: Knex, ids: readonly string[]): Promise<ShownRequest[]> {
  return (await shown(db).whereRaw('r.id = any(?::uuid[])', [[...ids]])) as ShownRequest[];
}

export async function findOpenDuplicate(db: Knex, duplicateKey: string): Promise<{ id: string } | undefined> {
  return db('requests').where({ duplicateKey }).whereIn('state', ['draft', 'confirmed', 'examined', 'returned']).first('id') as Promise<{ id: string } | undefined>;
}

/** What somebody handed in before with one of these keys, by key. */
export async function findByIdempotencyKeys(db: Knex, submittedBy: string, keys: readonly string[]): Promise<Map<string, ShownRequest>> {
  if (keys.length === 0) return new Map();
  const rows = (await shown(db).where({ 'r.submittedBy': submittedBy }).whereRaw('r.idempotency_key = any(?::text[])', [[...keys]])) as ShownRequest[];
  return new Map(rows.map((row) => [row.idempotencyKey ?? '', row]));
}

/** Locked in the order of ids, whatever order they were asked in, so that two batches cannot wait for each other. */
export async function lockRequests(tx: Tx, ids: readonly string[]): Promise<Map<string, PlacedRequest>> {
  const rows = (await placed(tx).select('r.state').whereRaw('r.id = any(?::uuid[])', [[...ids]]).orderBy('r.id').forUpdate('r')
    .options({ name: 'lock-requests' })) as PlacedRequest[];
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
  dueAfter?: Date | undefined;
  urgent?: boolean | undefined;
}

/** Those whose term runs: an urgent one from its submission. */
const waiting = `(r.state in ('confirmed', 'examined') or (r.urgent and r.state = 'draft'))`;

/** Newest first. */
export async function listRequests(db: Knex, filter: RequestFilter, page: PageRequest): Promise<Page<ShownRequest>> {
  const query = shown(db);
  for (const path of filter.under ?? []) if (path !== undefined) void query.whereRaw('a.path <@ ?::ltree', [path]);
  if (filter.state) void query.whereRaw(`${shownState} = ?`, [filter.state]);
  if (filter.kind) void query.where('r.kind', filter.kind);
  if (filter.officialId) void query.where('r.officialId', filter.officialId);
  if (filter.certificateId) void query.where('r.certificateId', filter.certificateId);
  if (filter.dueBefore) void query.whereRaw(waiting).where('r.dueAt', '<=', filter.dueBefore);
  if (filter.dueAfter) void query.whereRaw(waiting).where('r.dueAt', '>', filter.dueAfter);
  if (filter.urgent !== undefined) void query.where('r.urgent', filter.urgent);
  if (filter.search) {
    void query.whereRaw(`r.id in (select request_id from request_texts where text like '%' || search_text(?) || '%')`,
      [filter.search.normalize('NFC').replaceAll(/[\\%_]/g, '\\$&')]);
  }
  return findPage<ShownRequest>(query, ['r.createdAt', 'r.id'], page, 'desc');
}

/** Answers the ids of those stored; the others want what an open request wants, or come with an idempotency key that was used. */
export async function insertRequests(tx: Tx, rows: readonly RequestRow[]): Promise<ReadonlySet<string>> {
  if (rows.length === 0) return new Set();
  // in one order everywhere, so that two lists that want the same things cannot wait for each other
  const sorted = rows.toSorted((a, b) => (a.duplicateKey < b.duplicateKey ? -1 : 1));
  const inserted = (await tx('requests').insert(sorted.map((row) => ({ ...row, subject: JSON.stringify(row.subject) }))).onConflict().ignore().returning('id')) as { id: string }[];
  const ids = new Set(inserted.map(({ id }) => id));
  await insertTexts(tx, rows.filter(({ id }) => ids.has(id)));
  return ids;
}

/** What a search finds the requests by. */
async function insertTexts(tx: Tx, rows: readonly RequestRow[]): Promise<void> {
  await tx.raw(
    `insert into request_texts (request_id, text) select u.id, search_text(u.text) from unnest(?::uuid[], ?::text[]) as u (id, text)
     on conflict (request_id) do update set text = excluded.text`, [rows.map(({ id }) => id), rows.map(({ subjectText }) => subjectText)]);
}

export async function markAmended(tx: Tx, row: RequestRow): Promise<void> {
  await tx('requests').where({ id: row.id }).update({ ...row, subject: JSON.stringify(row.subject) });
  await insertTexts(tx, [row]);
}

export interface HolderRow {
  agencyId: string; agencyPath: string; agencyClosed: boolean; levels: AgencyLevel[];
  official: { name: string; email: string; left: boolean } | null;
}

/** What the registers say of officials with their managing agencies, and of agencies alone, each by its id. */
export async function findHolders(db: Knex, by: { officials?: readonly string[]; agencies?: readonly string[] }): Promise<Map<string, HolderRow>> {
  const levels = `(select jsonb_agg(jsonb_build_object('certificateName', n.certificate_name, 'locality', x.locality) order by nlevel(x.path))
     from agencies x cross join lateral (select certificate_name from agency_names where agency_id = x.id order by valid_from desc limit 1) n
     where x.path @> t.path and (x.id = t.id or starts_with(t.code, x.code || '.'))) as levels`;
  const columns = `t.id as agency_id, t.path as agency_path, t.valid_to is not null as agency_closed, ${levels}`;
  const { rows } = await db.raw<{ rows: (HolderRow & { holderId: string })[] }>(
    `select o.id as holder_id, ${columns}, jsonb_build_object('name', o.name, 'email', o.email, 'left', o.left_at is not null) as official
       from officials o join agencies t on t.id = o.agency_id where o.id = any(?::uuid[])
     union all select t.id, ${columns}, null from agencies t where t.id = any(?::uuid[])`, [[...by.officials ?? []], [...by.agencies ?? []]]);
  return new Map(rows.map(({ holderId, ...row }) => [holderId, row]));
}

export interface TargetRow {
  id: string; state: string; profile: string; subjectDer: Uint8Array; subjectText: string; notAfter: Date; agencyId: string | null; agencyPath: string | null;
  officialId: string | null; spkiHash: Uint8Array; serviceName: string | null; renewals: number; replaced: boolean;
}

/** Certificates that requests are about: how often the line of each was renewed, and whether something has replaced it. */
export async function findTargets(db: Knex, ids: readonly string[]): Promise<Map<string, TargetRow>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.raw<{ rows: TargetRow[] }>(
    `with recursive line as (
       select id as root, id, replaces_id, request_id from certificates where id = any(?::uuid[])
       union all select line.root, b.id, b.replaces_id, b.request_id from certificates b join line on b.id = line.replaces_id)
     select c.id, c.state, c.profile, c.subject_der, c.subject_text, c.not_after, c.agency_id, a.path as agency_path, c.official_id, c.spki_hash, coalesce(r.service_name, b.service_name) as service_name,
       (select count(*) from line where line.root = c.id and (exists (select from requests q where q.id = line.request_id and q.kind = 'renew')
         or exists (select from bulk_lines q where q.id = line.request_id and q.kind = 'renew'))) as renewals,
       exists (select 1 from certificates n where n.replaces_id = c.id and n.state <> 'void') as replaced
     from certificates c left join agencies a on a.id = c.agency_id left join requests r on r.id = c.request_id
       left join bulk_lines b on b.id = c.request_id where c.id = any(?::uuid[])`,
    [[...ids], [...ids]]);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Which of these agencies have ever held a certificate, themselves or through their officials. */
export async function findCertified(db: Knex, agencyIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (agencyIds.length === 0) return new Set();
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select u.id from unnest(?::uuid[]) as u (id) where exists (select 1 from certificates c where c.agency_id = u.id and c.state <> 'void')`, [[...agencyIds]]);
  return new Set(rows.map(({ id }) => id));
}

export interface KeyQuestion { spkiHash: Uint8Array; officialId: string | null; agencyId: string }
export interface KeyFacts { holder: string | null; compromised: boolean; askedByOther: boolean }

/** What is known of keys: whose each is, whether a certificate with it was revoked for compromise, who else asks with it. In the order asked. */
export async function findKeyFacts(db: Knex, keys: readonly KeyQuestion[]): Promise<KeyFacts[]> {
  if (keys.length === 0) return [];
  const { rows } = await db.raw<{ rows: KeyFacts[] }>(
    `select (select holder from subject_keys where spki_hash = k.hash) as holder,
       exists (select 1 from certificates c join revocations v on v.certificate_id = c.id where c.spki_hash = k.hash and v.reason = 'keyCompromise') as compromised,
       exists (select 1 from requests r where r.spki_hash = k.hash and r.state in ('draft', 'confirmed', 'examined', 'returned')
         and (r.official_id is distinct from k.official or (k.official is null and r.agency_id <> k.agency))) as asked_by_other
     from unnest(?::bytea[], ?::uuid[], ?::uuid[]) with ordinality as k (hash, official, agency, place) order by k.place`,
    [columnOf(keys.map((k) => ({ hash: Buffer.from(k.spkiHash) })), 'hash'), columnOf(keys, 'officialId'), keys.map((k) => k.agencyId)]);
  return rows;
}

export interface FreshFacts {
  id: string; registerChangedAt: Date; agencyClosed: boolean; officialLeft: boolean; keyCompromised: boolean;
  targetState: string | null; targetNotAfter: Date | null; targetReplaced: boolean;
}

const freshFacts = statement<FreshFacts>('find-fresh-facts',
  `select r.id, greatest(o.updated_at, (select max(x.updated_at) from agencies x where x.path @> a.path)) as register_changed_at,
     a.valid_to is not null as agency_closed, coalesce(o.left_at is not null, false) as official_left,
     exists (select 1 from certificates k join revocations v on v.certificate_id = k.id where k.spki_hash = r.spki_hash and v.reason = 'keyCompromise') as key_compromised,
     t.state as target_state, t.not_after as target_not_after,
     exists (select 1 from certificates n where n.replaces_id = r.certificate_id and n.state <> 'void') as target_replaced
   from requests r join agencies a on a.id = r.agency_id left join officials o on o.id = r.official_id left join certificates t on t.id = r.certificate_id
   where r.id = any(?::uuid[])`);

/** What may have changed since requests were composed, for all of a batch. Asked after the rows are locked. */
export async function findFreshFacts(tx: Tx, ids: readonly string[]): Promise<Map<string, FreshFacts>> {
  return new Map((await freshFacts(tx, [[...ids]])).map((row) => [row.id, row]));
}

/** The papers of requests that are not refuted by their own signatures: kind, and for a signed form the content it stands for. */
export async function findPaperKinds(db: Knex, ids: readonly string[]): Promise<{ requestId: string; kind: PaperKind; contentHash: Uint8Array | null }[]> {
  return db('papers').whereIn('requestId', [...ids]).whereNot({ indication: 'TOTAL-FAILED' }).select('requestId', 'kind', 'contentHash');
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

const sets = stateColumns.slice(1).map(([field]) => `${snake(field)} = u.${snake(field)}`).join(', ');
const storeDecisions = statement('store-decisions',
  `with stored as (insert into decisions (${names(decisionColumns)}) select * from unnest(${arrays(decisionColumns)}))
   update requests r set ${sets} from unnest(${arrays(stateColumns)}) as u (${names(stateColumns)}) where r.id = u.id`);

/** Stores decisions and where they leave their requests, in one statement for any number. */
export async function insertDecisions(tx: Tx, decisions: readonly DecisionRow[], requests: readonly RequestRow[]): Promise<void> {
  await storeDecisions(tx, [
    ...decisionColumns.map(([field, type]) => arrayOf(type, decisions.map((row) => row[field]) as never)),
    ...stateColumns.map(([field, type]) => arrayOf(type, requests.map((row) => row[field]) as never)),
  ]);
}

export async function listDecisions(db: Knex, requestId: string): Promise<DecisionRow[]> {
  const { rows } = await db.raw<{ rows: DecisionRow[] }>(
    `select ${names(decisionColumns)} from decisions where request_id = ? order by decided_at, round`, [requestId]);
  return rows;
}
