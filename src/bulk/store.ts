import type { Knex } from 'knex';
import type { NameParts } from '../../pki/name/build.ts';
import { arrayOf } from '../database/array.ts';
import { findPage, type Page, type PageRequest } from '../database/paging.ts';
import type { Transfer } from '../requests/kinds.ts';
import type { Tx } from '../services.ts';
import { type Facts } from '../problems.ts';

export const operations = ['issue', 'renew', 'change', 'revoke', 'reorganise'] as const;
export type Operation = (typeof operations)[number];
export const jobStates = ['checking', 'checked', 'examined', 'running', 'stopped', 'finished', 'refused'] as const;
export type JobState = (typeof jobStates)[number];
export const lineStates = ['unchecked', 'ready', 'refused', 'prepared', 'done', 'asked', 'failed'] as const;
export type LineState = (typeof lineStates)[number];

export interface JobRow {
  id: string; operation: Operation; state: JobState; agencyId: string | null; fileName: string; fileHash: Uint8Array; lines: number;
  contentHash: Uint8Array | null;
  /** what the job will add to the lists of revoked certificates */
  crlEntries: number | null; crlBytes: number | null;
  submittedBy: string; submittedName: string; reason: string | null; createdAt: Date; startedAt: Date | null; finishedAt: Date | null;
  beatAt: Date | null; busyMs: number;
}
export type PlacedJob = JobRow & { agencyCode: string | null; agencyPath: string | null };
/** Without texts and numbers of Problem's own. */
export interface LineProblem { code: string; facts: Facts }

export interface LineRow {
  bulkId: string; line: number; id: string; state: LineState; input: object | null; kind: 'issue' | 'renew' | 'change' | 'revoke'; profile: string | null;
  agencyId: string | null; officialId: string | null; serviceName: string | null; certificateId: string | null; subject: NameParts | null;
  subjectText: string | null; csr: Uint8Array | null; spki: Uint8Array | null; spkiHash: Uint8Array | null; days: number | null; endsAt: Date | null; ground: string | null;
  invalidityDate: Date | null; /** what the transfer of the official was said to mean */ transfer: Transfer | null; note: string | null; contentHash: Uint8Array | null; newCertificateId: string | null; problem: LineProblem | null;
  finishedAt: Date | null;
}

const jobFields = [
  'id', 'operation', 'state', 'agencyId', 'fileName', 'fileHash', 'lines', 'contentHash', 'crlEntries', 'crlBytes', 'submittedBy', 'submittedName',
  'reason', 'createdAt', 'startedAt', 'finishedAt', 'beatAt', 'busyMs',
] as const satisfies readonly (keyof JobRow)[];
const lineColumns = [
  ['bulkId', 'uuid'], ['line', 'integer'], ['id', 'uuid'], ['state', 'text'], ['input', 'jsonb'], ['kind', 'text'], ['profile', 'text'], ['agencyId', 'uuid'],
  ['officialId', 'uuid'], ['serviceName', 'text'], ['certificateId', 'uuid'], ['subject', 'jsonb'], ['subjectText', 'text'], ['csr', 'bytea'], ['spki', 'bytea'], ['spkiHash', 'bytea'],
  ['days', 'integer'], ['endsAt', 'timestamptz'], ['ground', 'text'], ['invalidityDate', 'timestamptz'], ['transfer', 'text'], ['note', 'text'], ['contentHash', 'bytea'],
  ['newCertificateId', 'uuid'], ['problem', 'jsonb'], ['finishedAt', 'timestamptz'],
] as const satisfies readonly (readonly [keyof LineRow, string])[];
const lineFields = lineColumns.map(([field]) => field);
const snake = (field: string): string => field.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
const lineNames = lineColumns.map(([field]) => snake(field)).join(', ');
const lineArrays = lineColumns.map(([, type]) => `?::${type}[]`).join(', ');
const isJson: ReadonlySet<string> = new Set(['input', 'subject', 'problem']);
// knex's types know no arrays with nulls and bytes in them, pg does
const lineValues = (rows: readonly LineRow[]): string[][] =>
  lineColumns.map(([field]) => rows.map((row) => (isJson.has(field) && row[field] !== null ? JSON.stringify(row[field]) : row[field])) as unknown[] as string[]);

const placed = (db: Knex): Knex.QueryBuilder => db('bulk_jobs as j').leftJoin('agencies as a', 'a.id', 'j.agencyId')
  .select(jobFields.map((f) => `j.${f}`)).select('a.code as agencyCode', 'a.path as agencyPath');

/** False where the same file is being worked on for the same agency. */
export async function insertJob(tx: Tx, row: JobRow): Promise<boolean> {
  return (await tx('bulk_jobs').insert(row).onConflict().ignore().returning('id')).length === 1;
}
export async function findJob(db: Knex, id: string): Promise<PlacedJob | undefined> {
  return (await placed(db).where('j.id', id).first()) as PlacedJob | undefined;
}
export async function lockJob(tx: Tx, id: string): Promise<PlacedJob | undefined> {
  return (await placed(tx).where('j.id', id).forUpdate('j').first()) as PlacedJob | undefined;
}
export async function findOpenJob(db: Knex, by: Pick<JobRow, 'agencyId' | 'operation' | 'fileHash'>): Promise<{ id: string } | undefined> {
  return db('bulk_jobs').where(by).whereNotIn('state', ['finished', 'refused']).first('id') as Promise<{ id: string } | undefined>;
}
export async function markJob(tx: Tx, id: string, change: Partial<JobRow>): Promise<void> {
  await tx('bulk_jobs').where({ id }).update(change);
}
/** The newest first. */
export async function listJobs(db: Knex, filter: { within?: string | undefined; state?: JobState | undefined }, page: PageRequest): Promise<Page<PlacedJob>> {
  const query = placed(db).whereNot('j.operation', 'reorganise');
  if (filter.within !== undefined) void query.whereRaw('a.path <@ ?::ltree', [filter.within]);
  if (filter.state) void query.where('j.state', filter.state);
  return findPage<PlacedJob>(query, ['j.createdAt', 'j.id'], page, 'desc');
}
/** Jobs nobody has done anything for since: their node has died. */
export async function listIdleJobs(db: Knex, before: Date): Promise<{ id: string; state: JobState; operation: Operation }[]> {
  return db('bulk_jobs').whereIn('state', ['checking', 'running']).andWhere((q) => void q.whereNull('beatAt').orWhere('beatAt', '<', before))
    .orderBy('createdAt').limit(20).select('id', 'state', 'operation');
}
/** No lock of an operation hangs on it: it only says that someone is at work. */
export async function markBeat(db: Knex, id: string, at: Date, busyMs: number): Promise<void> {
  await db('bulk_jobs').where({ id }).update({ beatAt: at, busyMs: db.raw('busy_ms + ?', [Math.round(busyMs)]) });
}

export interface ApprovalRow { bulkId: string; decision: 'approve' | 'refuse' | 'stop' | 'resume'; actorId: string; actorName: string; contentHash: Uint8Array | null; reason: string | null; decidedAt: Date }
export async function insertApproval(tx: Tx, row: ApprovalRow): Promise<void> {
  await tx('bulk_approvals').insert(row);
}
export async function listApprovals(db: Knex, bulkId: string): Promise<ApprovalRow[]> {
  return db('bulk_approvals').where({ bulkId }).orderBy('number').select('bulkId', 'decision', 'actorId', 'actorName', 'contentHash', 'reason', 'decidedAt');
}

export async function insertLines(tx: Tx, rows: readonly LineRow[]): Promise<void> {
  await tx.raw(`insert into bulk_lines (${lineNames}) select * from unnest(${lineArrays})`, lineValues(rows));
}
/** Some lines in a state, locked, from the one after `after` on; those another runner has are left to it. */
export async function lockLines(tx: Tx, bulkId: string, state: LineState, { after, limit }: { after: number; limit: number }): Promise<LineRow[]> {
  return tx('bulk_lines').where({ bulkId, state }).where('line', '>', after).orderBy('line').limit(limit).forUpdate().skipLocked()
    // what a line was asked with is not needed once it is checked
    .select(...(state === 'ready' ? lineFields.filter((field) => field !== 'csr' && field !== 'input') : lineFields)) as Promise<LineRow[]>;
}
/** Stores lines as they were composed. */
export async function markComposed(tx: Tx, rows: readonly LineRow[]): Promise<void> {
  const sets = lineFields.slice(3).map((field) => `${snake(field)} = u.${snake(field)}`).join(', ');
  await tx.raw(`update bulk_lines l set ${sets} from unnest(${lineArrays}) as u (${lineNames}) where l.bulk_id = u.bulk_id and l.line = u.line`, lineValues(rows));
}

export interface LineMark { line: number; state: LineState; newCertificateId?: string | null; problem?: LineProblem | null }
/** Where lines stand, in one statement. */
export async function markLines(tx: Tx, bulkId: string, marks: readonly LineMark[], at: Date): Promise<void> {
  if (marks.length === 0) return;
  await tx.raw(
    `update bulk_lines l set state = u.state, new_certificate_id = u.certificate, problem = u.problem, finished_at = case when u.state = 'prepared' then null else ?::timestamptz end
     from unnest(?::integer[], ?::text[], ?::uuid[], ?::jsonb[]) as u (line, state, certificate, problem) where l.bulk_id = ? and l.line = u.line`,
    [at, arrayOf('integer', marks.map((m) => m.line)), arrayOf('text', marks.map((m) => m.state)), arrayOf('uuid', marks.map((m) => m.newCertificateId ?? null)),
      arrayOf('jsonb', marks.map((m) => (m.problem ? JSON.stringify(m.problem) : null))), bulkId]);
}
/** Prepared lines whose certificate has been finished or given up, by whoever did it; locked. */
export async function lockSettled(tx: Tx, bulkId: string, limit: number): Promise<(LineRow & { certificateState: string })[]> {
  return tx('bulk_lines as l').join('certificates as c', 'c.id', 'l.newCertificateId').where({ 'l.bulkId': bulkId, 'l.state': 'prepared' }).whereNot('c.state', 'prepared')
    .orderBy('l.line').limit(limit).forUpdate('l').skipLocked().select(...lineFields.map((f) => `l.${f}`), 'c.state as certificateState') as Promise<(LineRow & { certificateState: string })[]>;
}
/** Of lines that want the same certificate, key or official's first certificate all but the first are refused. */
export async function markRepeated(tx: Tx, bulkId: string): Promise<void> {
  for (const same of ['certificate_id', 'spki_hash', `case when kind = 'issue' then coalesce(official_id::text, agency_id::text || ':' || profile || ':' || coalesce(service_name, '')) end`]) {
    await tx.raw(
      `update bulk_lines l set state = 'refused', content_hash = null, problem = jsonb_build_object('code', 'duplicate-request', 'facts', jsonb_build_object('line', f.first))
       from (select line, first_value(line) over (partition by ${same} order by line) as first from bulk_lines where bulk_id = ? and state = 'ready' and ${same} is not null) f
       where l.bulk_id = ? and l.line = f.line and f.first < f.line`, [bulkId, bulkId]);
  }
}
/** SHA-256 over the content of every line that was not refused, in their order. */
export async function hashLines(db: Knex, bulkId: string): Promise<Uint8Array> {
  const { rows } = await db.raw<{ rows: { hash: Buffer }[] }>(
    `select sha256(coalesce(string_agg(content_hash, ''::bytea order by line), ''::bytea)) as hash from bulk_lines where bulk_id = ? and content_hash is not null`, [bulkId]);
  return rows[0]!.hash;
}
export async function countLines(db: Knex, bulkId: string): Promise<Record<LineState, number>> {
  const rows = await db('bulk_lines').where({ bulkId }).groupBy('state').select('state').count('* as n') as { state: LineState; n: number }[];
  return Object.fromEntries(lineStates.map((state) => [state, rows.find((row) => row.state === state)?.n ?? 0])) as Record<LineState, number>;
}
/** What will be revoked, for the preview of the lists. */
export async function listToRevoke(db: Knex, bulkId: string, after: number, limit: number): Promise<{ line: number; serialNumber: Uint8Array; ground: string; invalidityDate: Date | null; generationId: string }[]> {
  return db('bulk_lines as l').join('certificates as c', 'c.id', 'l.certificateId').where({ 'l.bulkId': bulkId, 'l.kind': 'revoke', 'l.state': 'ready' })
    .where('l.line', '>', after).orderBy('l.line').limit(limit).select('l.line', 'c.serialNumber', 'l.ground', 'l.invalidityDate', 'c.generationId');
}
/** The newest lists of the issuers whose certificates a job revokes: what they hold now. */
export async function findCrlSize(db: Knex, bulkId: string): Promise<{ entries: number; bytes: number }> {
  const { rows } = await db.raw<{ rows: { entries: number; bytes: number }[] }>(
    `select coalesce(sum(x.entries), 0) as entries, coalesce(sum(x.bytes), 0) as bytes
     from (select distinct c.generation_id from bulk_lines l join certificates c on c.id = l.certificate_id where l.bulk_id = ? and l.kind = 'revoke') g
     cross join lateral (select entries, octet_length(der) as bytes from crls where generation_id = g.generation_id order by number desc limit 1) x`, [bulkId]);
  return rows[0]!;
}

export type ShownLine = Pick<LineRow, 'line' | 'state' | 'kind' | 'profile' | 'agencyId' | 'officialId' | 'certificateId' | 'subjectText' | 'ground' | 'transfer' | 'newCertificateId' | 'problem' | 'finishedAt'> & {
  serialNumber: string | null; newSerialNumber: string | null;
};
const shownLines = (db: Knex, bulkId: string): Knex.QueryBuilder => db('bulk_lines as l').leftJoin('certificates as o', 'o.id', 'l.certificateId')
  .leftJoin('certificates as n', 'n.id', 'l.newCertificateId').where('l.bulkId', bulkId)
  .select('l.line', 'l.state', 'l.kind', 'l.profile', 'l.agencyId', 'l.officialId', 'l.certificateId', 'l.subjectText', 'l.ground', 'l.transfer', 'l.newCertificateId', 'l.problem', 'l.finishedAt',
    db.raw(`encode(o.serial_number, 'hex') as serial_number, encode(n.serial_number, 'hex') as new_serial_number`));
export async function listLines(
  db: Knex, bulkId: string, { within, ...filter }: { state?: LineState | undefined; kind?: string | undefined; within?: string | undefined }, page: PageRequest,
): Promise<Page<ShownLine>> {
  const query = shownLines(db, bulkId);
  if (within !== undefined) void query.whereRaw('o.agency_path <@ ?::ltree', [within]);
  for (const [field, value] of Object.entries(filter)) if (value !== undefined) void query.where(`l.${field}`, value);
  return findPage<ShownLine>(query, ['l.line'], page);
}
export async function listLinesAfter(db: Knex, bulkId: string, { after, limit, within }: { after: number; limit: number; within?: string | undefined }): Promise<ShownLine[]> {
  const query = shownLines(db, bulkId).where('l.line', '>', after).orderBy('l.line').limit(limit);
  if (within !== undefined) void query.whereRaw('o.agency_path <@ ?::ltree', [within]);
  return (await query) as ShownLine[];
}

export interface OfficialFacts { id: string; email: string; name: string; agencyId: string; left: boolean }
/** Officials by id, serving ones by e-mail too. */
export async function listOfficialFacts(db: Knex, ids: readonly string[], emails: readonly string[]): Promise<OfficialFacts[]> {
  const { rows } = await db.raw<{ rows: OfficialFacts[] }>(
    `select id, email, name, agency_id, left_at is not null as left from officials where id = any(?::uuid[])
     union select id, email, name, agency_id, false from officials where email = any(?::text[]) and left_at is null`, [[...ids], [...emails]]);
  return rows;
}

export interface HolderFacts { id: string; code: string; path: string; closed: boolean; levels: { certificateName: string; locality: string | null }[] }
/** Agencies by id or code, each with the names of the line above it. */
export async function listHolderFacts(db: Knex, ids: readonly string[], codes: readonly string[]): Promise<HolderFacts[]> {
  const { rows } = await db.raw<{ rows: HolderFacts[] }>(
    `select t.id, t.code, t.path, t.valid_to is not null as closed,
       (select jsonb_agg(jsonb_build_object('certificateName', n.certificate_name, 'locality', x.locality) order by nlevel(x.path))
        from agencies x cross join lateral (select certificate_name from agency_names where agency_id = x.id order by valid_from desc limit 1) n
        where x.path @> t.path and (x.id = t.id or starts_with(t.code, x.code || '.'))) as levels
     from agencies t where t.id = any(?::uuid[]) or t.code = any(?::text[])`, [[...ids], [...codes]]);
  return rows;
}

export interface TargetFacts {
  id: string; serialNumber: Uint8Array; state: string; profile: string; subjectDer: Uint8Array; subjectText: string; notAfter: Date; agencyId: string | null;
  agencyPath: string | null; officialId: string | null; spkiHash: Uint8Array; serviceName: string | null; renewals: number; replaced: boolean;
}
/** Certificates by id or serial number, with the history a renewal is judged by. */
export async function listTargetFacts(db: Knex, ids: readonly string[], serials: readonly Uint8Array[]): Promise<TargetFacts[]> {
  const { rows } = await db.raw<{ rows: TargetFacts[] }>(
    `with recursive asked as (
       select id from certificates where id = any(?::uuid[]) union select id from certificates where serial_number = any(?::bytea[])
     ), line as (
       select c.id as root, c.replaces_id, c.request_id from asked join certificates c using (id)
       union all select line.root, b.replaces_id, b.request_id from certificates b join line on b.id = line.replaces_id
     ), renewed as (
       select root, count(*) as renewals from line where exists (select from requests q where q.id = line.request_id and q.kind = 'renew')
         or exists (select from bulk_lines q where q.id = line.request_id and q.kind = 'renew') group by root
     )
     select c.id, c.serial_number, c.state, c.profile, c.subject_der, c.subject_text, c.not_after, c.agency_id, c.agency_path, c.official_id, c.spki_hash,
       coalesce(r.service_name, b.service_name) as service_name, coalesce(n.renewals, 0) as renewals,
       exists (select from certificates x where x.replaces_id = c.id and x.state <> 'void') as replaced
     from asked join certificates c using (id) left join requests r on r.id = c.request_id left join bulk_lines b on b.id = c.request_id left join renewed n on n.root = c.id`,
    [[...ids], serials.map((serial) => Buffer.from(serial))]);
  return rows;
}

export type TargetNow = Pick<TargetFacts, 'id' | 'state' | 'notAfter' | 'agencyId' | 'spkiHash' | 'replaced'> & { der: Uint8Array | null };
/** How certificates stand at the moment their lines are carried out. @param withDer where their keys are needed */
export async function listTargetsNow(db: Knex, ids: readonly string[], withDer: boolean): Promise<TargetNow[]> {
  const { rows } = await db.raw<{ rows: TargetNow[] }>(
    `select c.id, c.state, c.not_after, c.agency_id, c.spki_hash, ${withDer ? 'c.der' : 'null::bytea'} as der,
       exists (select from certificates x where x.replaces_id = c.id and x.state <> 'void') as replaced
     from certificates c where c.id = any(?::uuid[])`, [[...ids]]);
  return rows;
}

export interface KeyFacts { spkiHash: Buffer; holder: string | null; compromised: boolean; certified: boolean; askedBy: string[] }
/** Those of the keys a certificate of which was revoked for keyCompromise, as they stand when lines are carried out; in hex. */
export async function listCompromisedKeys(db: Knex, hashes: readonly Uint8Array[]): Promise<Set<string>> {
  const { rows } = await db.raw<{ rows: { hash: string }[] }>(
    `select encode(c.spki_hash, 'hex') as hash from certificates c join revocations v on v.certificate_id = c.id
     where c.spki_hash = any(?::bytea[]) and v.reason = 'keyCompromise'`, [arrayOf('bytea', hashes)]);
  return new Set(rows.map(({ hash }) => hash));
}

/** What is known of keys: whose each is, whether it was certified or compromised, who else asks with it. */
export async function listKeyFacts(db: Knex, hashes: readonly Uint8Array[]): Promise<KeyFacts[]> {
  const { rows } = await db.raw<{ rows: KeyFacts[] }>(
    `select k.hash as spki_hash, s.holder,
       exists (select from certificates c join revocations v on v.certificate_id = c.id where c.spki_hash = k.hash and v.reason = 'keyCompromise') as compromised,
       exists (select from certificates c where c.spki_hash = k.hash and c.state <> 'void') as certified,
       array(select case when r.official_id is null then 'agency:' || r.agency_id else 'official:' || r.official_id end from requests r
         where r.spki_hash = k.hash and r.state in ('draft', 'confirmed', 'examined', 'returned')) as asked_by
     from unnest(?::bytea[]) as k (hash) left join subject_keys s on s.spki_hash = k.hash`, [arrayOf('bytea', hashes)]);
  return rows;
}
