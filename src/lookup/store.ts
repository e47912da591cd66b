import type { Knex } from 'knex';
import type { JobState, Operation } from '../bulk/show.ts';
import type { CertificateItem } from '../certificates/find.ts';
import type { GroundName } from '../certificates/grounds.ts';
import { findPage, type Page, type PageRequest } from '../database/paging.ts';
import type { DeviceState } from '../devices/states.ts';
import type { Kind } from '../requests/kinds.ts';
import type { DecisionName, State } from '../requests/states.ts';

/** The name an agency has now. @param agency SQL that names its id */
const nameOf = (agency: string): string => `(select n.name from agency_names n where n.agency_id = ${agency} order by n.valid_from desc limit 1)`;
/** Who acted is kept as text, for it may be an official, an operator or the service. */
const actorName = (actor: string): string => `case when ${actor} ~ '^[0-9a-f-]{36}$' then coalesce(
  (select name from operators where id = ${actor}::uuid), (select name from officials where id = ${actor}::uuid)) end`;

export interface RelatedCertificate { id: string; serialNumber: string; state: CertificateItem['state']; notBefore: Date; notAfter: Date }

export interface CertificateFacts {
  officialName: string | null;
  agencyCode: string | null;
  agencyName: string | null;
  ground: GroundName | null;
  comment: string | null;
  replaces: RelatedCertificate | null;
  /** the newest first; a replacement that was revoked can be followed by another */
  replacedBy: RelatedCertificate[];
}

const related = (columns: string, where: string): string => `(select ${columns} from certificates x where ${where})`;
const asJson = `jsonb_build_object('id', x.id, 'serialNumber', encode(x.serial_number, 'hex'), 'state', x.state, 'notBefore', x.not_before, 'notAfter', x.not_after)`;

type JsonRelated = Omit<RelatedCertificate, 'notBefore' | 'notAfter'> & { notBefore: string; notAfter: string };
const fromJson = (row: JsonRelated): RelatedCertificate => ({ ...row, notBefore: new Date(row.notBefore), notAfter: new Date(row.notAfter) });

/** Whose a certificate is by name, why it was revoked, and what stands before and after it. */
export async function findCertificateFacts(db: Knex, id: string): Promise<CertificateFacts | undefined> {
  const { rows } = await db.raw<{ rows: (Omit<CertificateFacts, 'replaces' | 'replacedBy'> & { replaces: JsonRelated | null; replacedBy: JsonRelated[] | null })[] }>(
    `select o.name as official_name, a.code as agency_code, ${nameOf('a.id')} as agency_name, r.ground, r.comment,
       ${related(asJson, 'x.id = c.replaces_id')} as replaces,
       ${related(`jsonb_agg(${asJson} order by x.not_before desc)`, `x.replaces_id = c.id and x.state in ('issued', 'revoked', 'on_hold')`)} as replaced_by
     from certificates c left join officials o on o.id = c.official_id left join agencies a on a.id = c.agency_id
       left join revocations r on r.certificate_id = c.id where c.id = ?`, [id]);
  const [row] = rows;
  return row && { ...row, replaces: row.replaces && fromJson(row.replaces), replacedBy: (row.replacedBy ?? []).map(fromJson) };
}

/** One thing that happened in a request about a certificate: `submit`, or a decision. */
export interface RequestStep { requestId: string; kind: Kind; step: 'submit' | DecisionName; by: string | null; reason: string | null; at: Date }

/** What was asked and decided about a certificate: the request that brought it, and those about it since. The newest first. */
export async function listRequestSteps(db: Knex, certificateId: string, limit: number): Promise<RequestStep[]> {
  const { rows } = await db.raw<{ rows: RequestStep[] }>(
    `with asked as (
       select r.* from requests r where r.id = (select request_id from certificates where id = ?)
       union select r.* from requests r where r.certificate_id = ?)
     select id as request_id, kind, 'submit' as step, ${actorName('submitted_by')} as by, null as reason, created_at as at from asked
     union all select a.id, a.kind, d.decision, d.actor_name, d.reason, d.decided_at from asked a join decisions d on d.request_id = a.id
     order by at desc limit ?`, [certificateId, certificateId, limit]);
  return rows;
}

export interface AuditLine { sequence: number; at: Date; action: string; actorName: string }

/** What the audit holds of one thing, the newest first. */
export async function listAuditOf(db: Knex, subject: { type: string; id: string }, limit: number): Promise<AuditLine[]> {
  return db('audit_entries').where({ subjectType: subject.type, subjectId: subject.id }).orderBy('sequence', 'desc').limit(limit)
    .select<AuditLine[]>('sequence', 'at', 'action', 'actorName');
}

/** Words as they begin in the searched text; `%` and `_` are what they are. */
const patternsOf = (word: string): string[] => {
  const plain = word.replaceAll(/[\\%_]/g, String.raw`\$&`);
  return [`${plain}%`, `% ${plain}%`];
};

/** SQL that asks for every word at the beginning of a word of `text`, and its bindings. Even two letters use the trigram index so. */
function beginsWith(text: string, words: readonly string[]): { sql: string; bindings: string[] } {
  return {
    sql: words.map(() => `(search_text(${text}) like search_text(?) or search_text(${text}) like search_text(?))`).join(' and '),
    bindings: words.flatMap(patternsOf),
  };
}

export interface FoundPerson { id: string; name: string; position: string; email: string; leftAt: Date | null; agencyCode: string; agencyName: string }

/** Officials whose name or e-mail has all the words, in no order: the first that are found. */
export async function findPeople(db: Knex, words: readonly string[], within: string | undefined, limit: number): Promise<FoundPerson[]> {
  const { sql, bindings } = beginsWith(`o.name || ' ' || o.email`, words);
  const { rows } = await db.raw<{ rows: FoundPerson[] }>(
    `select f.*, a.code as agency_code, ${nameOf('a.id')} as agency_name from (
       select o.id, o.agency_id, o.name, o.position, o.email, o.left_at from officials o where ${sql}
         ${within === undefined ? '' : 'and o.agency_id = any(array(select id from agencies where path <@ ?::ltree))'} limit ?) f
     join agencies a on a.id = f.agency_id`, [...bindings, ...(within === undefined ? [] : [within]), limit]);
  return rows;
}

export interface FoundAgency { id: string; code: string; name: string; formerName: string | null; closed: boolean }

/** Agencies by words of a name they have or had, or by the beginning of a code. */
export async function findAgencies(db: Knex, words: readonly string[], within: string | undefined, limit: number): Promise<FoundAgency[]> {
  const { sql, bindings } = beginsWith('s.name', words);
  const code = words.join(' ');
  const { rows } = await db.raw<{ rows: FoundAgency[] }>(
    `with found as (
       select id from agencies where starts_with(code, upper(?)) union select agency_id from agency_aliases where alias = upper(?)
       union select s.agency_id from agency_names s where ${sql})
     select a.id, a.code, n.name, a.valid_to is not null as closed,
       (select s.name from agency_names s where s.agency_id = a.id and s.name <> n.name and ${sql} order by s.valid_from desc limit 1) as former_name
     from found join agencies a on a.id = found.id cross join lateral (select name from agency_names where agency_id = a.id order by valid_from desc limit 1) n
     ${within === undefined ? '' : 'where a.path <@ ?::ltree'} order by a.valid_to is not null, nlevel(a.path), a.code limit ?`,
    [code, code, ...bindings, ...bindings, ...(within === undefined ? [] : [within]), limit]);
  return rows;
}

/** `above`: the name of the agency it belongs to; `isWhole`: what was typed is its whole name */
export interface AgencyChoice { id: string; code: string; path: string; name: string; above: string | null; isWhole: boolean }

/** Open agencies with this whole name, this beginning of a code, or all the words in a name; of more than are asked for some, so that few are looked at. */
export async function listAgencyChoices(db: Knex, { typed, words, within, limit }: { typed: string; words: readonly string[]; within: string | undefined; limit: number }): Promise<AgencyChoice[]> {
  const { sql, bindings } = beginsWith('s.name', words);
  const isOpen = `a.valid_to is null ${within === undefined ? '' : 'and a.path <@ ?::ltree'}`;
  const reach = within === undefined ? [] : [within];
  const [whole] = patternsOf(typed);
  const { rows } = await db.raw<{ rows: AgencyChoice[] }>(
    `with found as (
       (select s.agency_id as id from agency_names s join agencies a on a.id = s.agency_id where ${isOpen} and search_text(s.name) like search_text(?) limit ?)
       union (select a.id from agencies a where ${isOpen} and starts_with(a.code, upper(?)) limit ?)
       union (select s.agency_id from agency_names s join agencies a on a.id = s.agency_id where ${isOpen} and ${sql} limit ?))
     select a.id, a.code, a.path, n.name, ${nameOf('a.parent_id')} as above, search_text(n.name) = search_text(?) as is_whole
     from found join agencies a on a.id = found.id cross join lateral (select name from agency_names where agency_id = a.id order by valid_from desc limit 1) n
     order by is_whole desc, nlevel(a.path), n.name, a.code limit ?`,
    [...reach, whole!.slice(0, -1), limit, ...reach, typed, limit, ...reach, ...bindings, limit, typed, limit]);
  return rows;
}

/** The open agencies of the first level, and which of the words each has in its name. */
export async function listTopsNamed(db: Knex, words: readonly string[]): Promise<{ path: string; named: boolean[] }[]> {
  const each = words.map((word) => beginsWith('n.name', [word]));
  const { rows } = await db.raw<{ rows: { path: string; named: boolean[] }[] }>(
    `select a.path, array[${each.map(({ sql }) => sql).join(', ')}] as named
     from agencies a cross join lateral (select name from agency_names where agency_id = a.id order by valid_from desc limit 1) n
     where a.kind <> 'unit' and a.valid_to is null order by a.path`, each.flatMap(({ bindings }) => bindings));
  return rows;
}

export interface FoundCertificate extends RelatedCertificate { subjectText: string; holder: string | null; profile: string }
/** Octets of serial numbers: exactly one of some, or all from one to below another. */
export type SerialRange = { exactly: readonly Buffer[] } | { from: Buffer; below: Buffer };

/** Certificates by their serial number or how it begins. */
export async function findBySerial(db: Knex, range: SerialRange, within: string | undefined, limit: number): Promise<FoundCertificate[]> {
  const query = db('certificates as c').leftJoin('officials as o', 'o.id', 'c.officialId')
    .select('c.id', 'c.state', 'c.profile', 'c.notBefore', 'c.notAfter', 'c.subjectText', 'o.name as holder', db.raw(`encode(c.serial_number, 'hex') as serial_number`));
  if ('exactly' in range) void query.whereIn('c.serialNumber', [...range.exactly]);
  else void query.where('c.serialNumber', '>=', range.from).where('c.serialNumber', '<', range.below);
  if (within !== undefined) void query.whereRaw('c.agency_path <@ ?::ltree', [within]);
  return query.orderBy('c.serialNumber').limit(limit) as Promise<FoundCertificate[]>;
}

export interface AgencyCard {
  id: string; code: string; kind: 'province' | 'ministry' | 'unit'; path: string; name: string; certificateName: string; locality: string | null; unitCode: string | null;
  validFrom: Date; validTo: Date | null; successorId: string | null; successorName: string | null; aliases: string[];
}

export async function findAgencyCard(db: Knex, id: string): Promise<AgencyCard | undefined> {
  const { rows } = await db.raw<{ rows: AgencyCard[] }>(
    `select a.id, a.code, a.kind, a.path, n.name, n.certificate_name, a.locality, a.unit_code, a.valid_from, a.valid_to, a.successor_id, ${nameOf('a.successor_id')} as successor_name,
       array(select alias from agency_aliases where agency_id = a.id order by alias) as aliases
     from agencies a cross join lateral (select name, certificate_name from agency_names where agency_id = a.id order by valid_from desc limit 1) n where a.id = ?`, [id]);
  return rows[0];
}

export interface PlacedName { id: string; code: string; path: string; name: string; closed: boolean }
const placedName = `a.id, a.code, a.path, ${nameOf('a.id')} as name, a.valid_to is not null as closed`;

/** Those an agency stands below, the highest first, and those right below it, the closed ones last. */
export async function listAround(db: Knex, { id, path }: Pick<AgencyCard, 'id' | 'path'>, limit: number): Promise<{ above: PlacedName[]; below: PlacedName[] }> {
  const { rows: above } = await db.raw<{ rows: PlacedName[] }>(`select ${placedName} from agencies a where a.path @> ?::ltree and a.id <> ? order by nlevel(a.path)`, [path, id]);
  const { rows: below } = await db.raw<{ rows: PlacedName[] }>(`select ${placedName} from agencies a where a.parent_id = ? order by a.valid_to is not null, a.code limit ?`, [id, limit]);
  return { above, below };
}

export interface AgencyPast { name: string; certificateName: string; validFrom: Date; validTo: Date | null }
export async function listAgencyNames(db: Knex, agencyId: string): Promise<AgencyPast[]> {
  return db('agency_names').where({ agencyId }).orderBy('validFrom', 'desc').select('name', 'certificateName', 'validFrom', 'validTo') as Promise<AgencyPast[]>;
}

/** Certificates an agency holds itself: seals, services. The newest first. */
export async function listHeldByAgency(db: Knex, { id, path }: Pick<AgencyCard, 'id' | 'path'>, limit: number): Promise<FoundCertificate[]> {
  return db('certificates').whereRaw('agency_path = ?::ltree', [path]).where({ agencyId: id }).whereNull('officialId').whereIn('state', ['issued', 'revoked', 'on_hold'])
    .orderBy('notBefore', 'desc').limit(limit).select('id', 'state', 'profile', 'notBefore', 'notAfter', 'subjectText', db.raw(`null as holder, encode(serial_number, 'hex') as serial_number`)) as Promise<FoundCertificate[]>;
}

export interface Registrar { id: string; name: string; email: string | null }
/** Who hands in and confirms for an agency: registrars of its own and of those above. */
export async function listRegistrarsOf(db: Knex, path: string, at: Date): Promise<Registrar[]> {
  const { rows } = await db.raw<{ rows: Registrar[] }>(
    `select o.id, o.name, o.email from operators o join operator_roles r on r.operator_id = o.id and r.role = 'registrar'
     where o.active and (o.expires_at is null or o.expires_at > ?) and o.agency_path @> ?::ltree order by nlevel(o.agency_path) desc, o.name limit 20`, [at, path]);
  return rows;
}

export interface Colleague { id: string; name: string; position: string; email: string; /** of the certificate that lasts longest; null: none is in force */ endsAt: Date | null }
/** Who serves in an agency, by name, with when their certificate ends. */
export async function listColleagues(db: Knex, agencyId: string, at: Date, page: PageRequest): Promise<Page<Colleague>> {
  return findPage<Colleague>(db('officials as o').where('o.agencyId', agencyId).whereNull('o.leftAt').select('o.id', 'o.name', 'o.position', 'o.email',
    db.raw(`(select max(c.not_after) from certificates c where c.official_id = o.id and c.state = 'issued' and c.not_after > ?) as ends_at`, [at])), ['o.name', 'o.id'], page);
}

export interface AskedRequest { id: string; kind: Kind; state: State; createdAt: Date }
/** What was asked for an official, the newest first. */
export async function listRequestsFor(db: Knex, officialId: string, limit: number): Promise<AskedRequest[]> {
  const { rows } = await db.raw<{ rows: AskedRequest[] }>(
    `select r.id, r.kind, case when r.state = 'approved' and c.state in ('issued', 'revoked', 'on_hold') then 'issued' else r.state end as state, r.created_at
     from requests r left join certificates c on c.id = r.new_certificate_id where r.official_id = ? order by r.created_at desc limit ?`, [officialId, limit]);
  return rows;
}

export async function countDevices(db: Knex, agencyId: string): Promise<{ state: DeviceState; count: number }[]> {
  const { rows } = await db.raw<{ rows: { state: DeviceState; count: number }[] }>('select state, count(*)::int as count from devices where agency_id = ? group by state order by state', [agencyId]);
  return rows;
}

export interface JobItem {
  id: string; operation: Operation; state: JobState; /** the reorganisation's, or the file's name */ title: string; lines: number;
  agencyCode: string | null; agencyName: string | null; submittedName: string; createdAt: Date; finishedAt: Date | null;
}
/** Bulk jobs and reorganisations in one list, the newest first. Those of the whole country are for who has the whole country. */
export async function listJobs(db: Knex, filter: { within: string | undefined; states: readonly JobState[] }, page: PageRequest): Promise<Page<JobItem>> {
  const query = db('bulk_jobs as j').leftJoin('agencies as a', 'a.id', 'j.agencyId').leftJoin('reorganisations as r', 'r.bulkId', 'j.id')
    .select('j.id', 'j.operation', 'j.state', 'j.lines', 'a.code as agencyCode', 'j.submittedName', 'j.createdAt', 'j.finishedAt', db.raw(`coalesce(r.title, j.file_name) as title, ${nameOf('a.id')} as agency_name`));
  if (filter.within !== undefined) void query.whereRaw('a.path <@ ?::ltree', [filter.within]);
  if (filter.states.length > 0) void query.whereIn('j.state', [...filter.states]);
  return findPage<JobItem>(query, ['j.createdAt', 'j.id'], page, 'desc');
}

/** Which noun a job belongs to; undefined where there is none. */
export async function findJobOwner(db: Knex, id: string): Promise<{ reorganisationId: string | null } | undefined> {
  return db('bulk_jobs as j').leftJoin('reorganisations as r', 'r.bulkId', 'j.id').where('j.id', id).first('r.id as reorganisationId') as Promise<{ reorganisationId: string | null } | undefined>;
}

export interface JobProgress { state: JobState; worked: number; total: number; /** changes of the registers, of reorganisations alone */ steps: number; stepsOf: number }
/** How far a job is, in one statement: it is asked again and again. */
export async function findProgress(db: Knex, id: string): Promise<JobProgress | undefined> {
  const { rows } = await db.raw<{ rows: JobProgress[] }>(
    `select j.state, j.lines as total,
       (select count(*)::int from bulk_lines l where l.bulk_id = j.id and case when j.state = 'checking' then l.state <> 'unchecked' else l.state in ('done', 'asked', 'failed', 'refused') end) as worked,
       (select count(x.applied_at)::int from reorganisation_agencies x where x.reorganisation_id = r.id)
         + (select count(p.settled_at)::int from reorganisation_people p where p.reorganisation_id = r.id) as steps,
       (select count(*)::int from reorganisation_agencies x where x.reorganisation_id = r.id and x.fate in ('renamed', 'made', 'replaced', 'closed'))
         + (select count(*)::int from reorganisation_people p where p.reorganisation_id = r.id and p.to_agency_id is not null) as steps_of
     from bulk_jobs j left join reorganisations r on r.bulk_id = j.id where j.id = ?`, [id]);
  return rows[0];
}
