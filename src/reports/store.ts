import type { Knex } from 'knex';
import type { Tx } from '../services.ts';

/** How far the facts are; `position` null: they are to be counted anew. */
export interface Mark { position: number | null; receiptsTo: Date | null }

/** One counts at a time. Who does not wait for the other gets undefined. */
export async function lockMark(tx: Tx, wait: boolean): Promise<Mark | undefined> {
  const query = tx('reportMarks').forUpdate();
  if (!wait) void query.skipLocked();
  return query.first('position', 'receiptsTo') as Promise<Mark | undefined>;
}

export async function markCounted(tx: Tx, mark: Mark): Promise<void> {
  await tx('reportMarks').update({ ...mark });
}

/** The last event's position, and what the events after another one are about. */
export async function listChanged(tx: Tx, after: number, limit: number): Promise<{ position: number; events: number; certificates: string[]; requests: string[] }> {
  const { rows } = await tx.raw<{ rows: { position: number | null; events: number; certificates: string[] | null; requests: string[] | null }[] }>(
    `select max(position) as position, count(*) as events, array_agg(distinct subject_id) filter (where subject_type = 'certificate') as certificates,
       array_agg(distinct subject_id) filter (where subject_type = 'request') as requests
     from (select position, subject_type, subject_id from events where position > ? order by position limit ?) e`, [after, limit]);
  const { position, events, certificates, requests } = rows[0]!;
  return { position: position ?? after, events, certificates: certificates ?? [], requests: requests ?? [] };
}

export async function findEventsHead(tx: Tx): Promise<number> {
  return ((await tx('events').max('position as head').first()) as { head: number | null }).head ?? 0;
}

/** Writes the facts of certificates as they stand now; of all of them where no ids are given. */
export async function insertCertificateFacts(tx: Tx, ids?: readonly string[]): Promise<void> {
  await tx.raw(
    `insert into certificate_facts (certificate_id, agency_id, official_id, replaces_id, profile, origin, issued_at, not_after, revoked_at, on_hold, fingerprint)
     select c.id, coalesce(c.agency_id, p.id), c.official_id, c.replaces_id, c.profile,
       coalesce(r.kind, b.kind, case when c.replaces_id is null then 'issue' else 'renew' end), c.issued_at, c.not_after, v.revoked_at, c.state = 'on_hold', sha256(c.der)
     from certificates c left join agencies p on c.agency_id is null and p.path = c.agency_path
       left join requests r on r.id = c.request_id left join bulk_lines b on b.id = c.request_id left join revocations v on v.certificate_id = c.id
     where c.der is not null and coalesce(c.agency_id, p.id) is not null ${ids ? 'and c.id = any(?::uuid[])' : ''}
     on conflict (certificate_id) do update set revoked_at = excluded.revoked_at, on_hold = excluded.on_hold
     where (certificate_facts.revoked_at, certificate_facts.on_hold) is distinct from (excluded.revoked_at, excluded.on_hold)`, ids ? [[...ids]] : []);
}

/** The same for requests: those named, and those that certificates came from. A request is closed when its certificate is there. */
export async function insertRequestFacts(tx: Tx, of?: { requests: readonly string[]; certificates: readonly string[] }): Promise<void> {
  await tx.raw(
    `insert into request_facts (request_id, agency_id, kind, urgent, started_at, due_at, closed_at)
     select r.id, r.agency_id, r.kind, r.urgent,
       case when r.urgent then r.created_at else (select max(d.decided_at) from decisions d where d.request_id = r.id and d.decision = 'confirm') end, r.due_at,
       case when r.state in ('completed', 'refused') or (r.state = 'approved' and r.new_certificate_id is null) then r.state_changed_at
         when r.state = 'approved' then c.issued_at end
     from requests r left join certificates c on c.id = r.new_certificate_id
     ${of ? 'where r.id = any(?::uuid[]) or r.new_certificate_id = any(?::uuid[])' : ''}
     on conflict (request_id) do update set kind = excluded.kind, urgent = excluded.urgent, started_at = excluded.started_at, due_at = excluded.due_at, closed_at = excluded.closed_at`,
    of ? [[...of.requests], [...of.certificates]] : []);
}

/**
 * Reads receipts of a span: with which certificates signatures were seen, and for which moment. A moment that is proven
 * counts; where none is, the check itself. A signature that failed may name anybody and counts for nobody.
 */
export async function markSeen(tx: Tx, span: { from: Date | null; to: Date }): Promise<void> {
  await tx.raw(
    `update certificate_facts f set last_seen_at = u.seen_at
     from (select decode(s.signature ->> 'signer', 'hex') as fingerprint, max(coalesce((s.signature ->> 'proven')::timestamptz, v.verified_at)) as seen_at
       from verifications v cross join lateral jsonb_array_elements(v.signatures) as s (signature)
       where v.verified_at > coalesce(:from, '-infinity'::timestamptz) and v.verified_at <= :to
         and s.signature ->> 'indication' <> 'TOTAL-FAILED' and s.signature ->> 'signer' ~ '^([0-9a-f]{2})+$' group by 1) u
     where f.fingerprint = u.fingerprint and (f.last_seen_at is null or f.last_seen_at < u.seen_at)`, { from: span.from, to: span.to });
}

/** What a report is asked for. Months are local, `YYYY-MM`, both inside, and the instants where they begin and end; `scope` null is the whole country. */
export interface Question { now: Date; scope: string | null; from: string; to: string; fromAt: Date; toAt: Date; year: number; months: number; limit: number }
export type Cell = string | number | null;
export type Row = Record<string, Cell>;
export type ListRows = (db: Knex, question: Question) => Promise<Row[]>;

const zone = `'Asia/Ho_Chi_Minh'`;
/** Inlined, for a scan beside a materialised part is not shared among workers. */
const scoped = `scoped as not materialized (select id, code, path, kind, valid_to from agencies where cast(:scope as ltree) is null or path <@ cast(:scope as ltree))`;
/** Of facts `f` at an instant. */
const livingAt = (at: string): string => `f.issued_at <= ${at} and f.not_after >= ${at} and (f.revoked_at is null or f.revoked_at > ${at})`;
const living = `f.revoked_at is null and not f.on_hold and f.not_after >= cast(:now as timestamptz)`;
const nameOf = (id: string): string => `(select name from agency_names where agency_id = ${id} order by valid_from desc limit 1)`;
/** The local month as its first midnight: rows are grouped by it, and only the groups are written out. */
const monthOf = (at: string): string => `date_trunc('month', ${at} at time zone ${zone})`;
const printed = (month: string): string => `to_char(${month}, 'YYYY-MM') as month`;
const span = (at: string): string => `${at} >= cast(:fromAt as timestamptz) and ${at} < cast(:toAt as timestamptz)`;
const months = `months as (select m as month from generate_series(to_date(:from, 'YYYY-MM')::timestamp, to_date(:to, 'YYYY-MM')::timestamp, '1 month') m)`;

/**
 * Sums of a query `counted` (agency_id and numbers) by the agencies at one depth of the tree as it stands now, so that an
 * absorbed province counts for the one it hangs below. Depth 1 is ministries and provinces; 0, the ones right below the scope.
 */
const byAgency = (counted: string, columns: readonly string[], options: { depth?: 0 | 1; kind?: 'province' | 'ministry'; only?: string } = {}): ListRows => async (db, question) => {
  const depth = options.depth === 0 ? `coalesce(nlevel(cast(:scope as ltree)), 0) + 1` : '1';
  return list(db, question,
    `with ${scoped}, counted as (${counted}),
     summed as (select subpath(s.path, 0, least(${depth}, nlevel(s.path))) as top, ${columns.map((c) => `coalesce(sum(k.${c}), 0) as ${c}`).join(', ')}
       from scoped s left join counted k on k.agency_id = s.id group by 1)
     select t.code, ${nameOf('t.id')} as name, ${columns.map((c) => `u.${c}::float8 as ${c}`).join(', ')}
     from summed u join agencies t on t.path = u.top
     where ${options.kind ? `t.kind = '${options.kind}' and` : ''} (t.valid_to is null or ${columns.map((c) => `u.${c}`).join(' + ')} > 0) ${options.only ? `and u.${options.only} > 0` : ''}
     order by t.code collate "C" limit :limit`);
};

async function list(db: Knex, question: Question, sql: string): Promise<Row[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(sql, { ...question });
  return rows;
}

const stateCounts = `count(*) filter (where ${living}) as in_force, count(*) filter (where f.revoked_at is null and not f.on_hold and f.not_after < :now) as expired,
  count(*) filter (where f.revoked_at is not null) as revoked, count(*) filter (where f.revoked_at is null and f.on_hold) as on_hold, count(*) as total`;
const profileCounts = (when: string): string => ['official-signing', 'agency-seal', 'service-tls-client']
  .map((profile, i) => `count(*) filter (where f.profile = '${profile}' and ${when}) as ${['officials', 'seals', 'services'][i]!}`).join(', ');
const certificateCounts = `select f.agency_id, ${profileCounts(living)}, ${stateCounts} from certificate_facts f join scoped s on s.id = f.agency_id group by 1`;
const certificateColumns = ['officials', 'seals', 'services', 'in_force', 'expired', 'revoked', 'on_hold', 'total'];

export const listByMinistry = byAgency(certificateCounts, certificateColumns, { kind: 'ministry' });
export const listByProvince = byAgency(certificateCounts, certificateColumns, { kind: 'province' });
export const listByAgency = byAgency(certificateCounts, certificateColumns, { depth: 0 });

export const listByProfile: ListRows = async (db, question) => list(db, question,
  `with ${scoped} select p.profile, ${['in_force', 'expired', 'revoked', 'on_hold', 'total'].map((c) => `coalesce(k.${c}, 0) as ${c}`).join(', ')}
   from (select unnest(array['official-signing', 'agency-seal', 'service-tls-client']) as profile union select distinct name from profiles
       where name not in ('root-ca', 'issuing-ca', 'ocsp-responder', 'timestamping', 'receipt-signing', 'operator-sign-in')) p
   left join (select f.profile, ${stateCounts} from certificate_facts f join scoped s on s.id = f.agency_id group by 1) k on k.profile = p.profile order by p.profile`);

export const listByState: ListRows = async (db, question) => list(db, question,
  `with ${scoped}, counted as (
     select case when f.revoked_at is not null then 'revoked' when f.on_hold then 'on-hold' when f.not_after < :now then 'expired' else 'in-force' end as state,
       ${profileCounts('true')}, count(*) as total from certificate_facts f join scoped s on s.id = f.agency_id group by 1)
   select w.state, ${['officials', 'seals', 'services', 'total'].map((c) => `coalesce(k.${c}, 0) as ${c}`).join(', ')}
   from unnest(array['in-force', 'expired', 'revoked', 'on-hold']) with ordinality as w (state, place) left join counted k using (state) order by w.place`);

const perMonth = (at: string, counts: string, where = 'true'): string =>
  `select ${monthOf(at)} as month, ${counts} from certificate_facts f join scoped s on s.id = f.agency_id
   where ${span(at)} and ${where} group by 1`;

export const listMovements: ListRows = async (db, question) => list(db, question,
  `with ${scoped}, ${months},
   made as (${perMonth('f.issued_at', ['issue', 'renew', 'change'].map((kind) => `count(*) filter (where f.origin = '${kind}') as by_${kind}`).join(', '))}),
   ended as (${perMonth('f.revoked_at', 'count(*) as n')}), expired as (${perMonth('f.not_after', 'count(*) as n', 'f.revoked_at is null')})
   select ${printed('m.month')}, coalesce(a.by_issue, 0) as issued, coalesce(a.by_renew, 0) as renewed, coalesce(a.by_change, 0) as changed, coalesce(r.n, 0) as revoked, coalesce(e.n, 0) as expiring
   from months m left join made a using (month) left join ended r using (month) left join expired e using (month) order by m.month`);

export const listExpiring: ListRows = async (db, question) => list(db, question,
  `with ${scoped}, ${months}, replaced as (select distinct replaces_id from certificate_facts where replaces_id is not null),
   counted as (select ${monthOf('f.not_after')} as month, ${profileCounts('true')}, count(*) as total, count(n.replaces_id) as replaced
     from certificate_facts f join scoped s on s.id = f.agency_id left join replaced n on n.replaces_id = f.certificate_id
     where ${span('f.not_after')} and ${living} group by 1)
   select ${printed('m.month')}, ${['officials', 'seals', 'services', 'total', 'replaced'].map((c) => `coalesce(k.${c}, 0) as ${c}`).join(', ')}
   from months m left join counted k using (month) order by m.month`);

/** A request counts when its term is kept or broken: on closing, or when the term ends and it is still open. */
const settledAt = `least(coalesce(q.closed_at, 'infinity'), q.due_at - interval '1 microsecond')`;

export const listDeadlines: ListRows = async (db, question) => list(db, question,
  `with ${scoped}, settled as materialized (
     select q.*, ${settledAt} as settled_at from request_facts q join scoped s on s.id = q.agency_id
     where q.due_at is not null and ${span(settledAt)} and ${settledAt} < cast(:now as timestamptz) + interval '1 microsecond'),
   days as materialized (select d::date as day, sum(case when coalesce(h.working, extract(isodow from d) < 6) then 1 else 0 end) over (order by d) as n
     from generate_series((select (min(started_at) at time zone ${zone})::date from settled)::timestamp, cast(:now as timestamptz) at time zone ${zone}, '1 day') d left join holidays h on h.day = d::date)
   select ${printed(monthOf('q.settled_at'))}, case when q.urgent then 'revoke-urgent' else q.kind end as kind, count(*) as closed_or_due,
     count(*) filter (where q.closed_at < q.due_at) as in_time, count(*) filter (where q.closed_at >= q.due_at) as late, count(*) filter (where q.closed_at is null) as open,
     round(avg(e.n - b.n), 2)::float8 as days
   from settled q left join days b on b.day = (q.started_at at time zone ${zone})::date left join days e on e.day = (q.closed_at at time zone ${zone})::date
   group by 1, 2 order by 1, 2`);

const topName = `${nameOf('(select id from agencies t where t.path = subpath(s.path, 0, 1))')} as top_name`;

export const listWithoutSeal: ListRows = async (db, question) => list(db, question,
  `with ${scoped}, sealed as (select distinct f.agency_id from certificate_facts f where f.profile = 'agency-seal' and ${living}),
   without as (select * from scoped s where s.valid_to is null and not exists (select from sealed where agency_id = s.id) order by s.code collate "C" limit :limit)
   select s.code, ${nameOf('s.id')} as name, ${topName},
     (select to_char(max(least(f.not_after, f.revoked_at)) at time zone ${zone}, 'YYYY-MM-DD') from certificate_facts f where f.agency_id = s.id and f.profile = 'agency-seal') as last_seal_ended
   from without s order by s.code collate "C"`);

/** One-stop units by their name, and whether in one or below it there is a certificate that can sign. Paths as texts: they hash everywhere. */
const oneStop = `select u.id as agency_id, 1 as units, case when u.able then 1 else 0 end as able from (
    select s.id, g.path is not null as able
    from (select id, path, search_text(${nameOf('s.id')}) as name from scoped s where valid_to is null offset 0) s left join signing g on g.path = s.path::text
    where s.name like any ((select array_agg(search_text(pattern)) from one_stop_names)::text[])) u`;
const signing = `signing as materialized (select distinct subpath(a.path, 0, n)::text as path from (select distinct f.agency_id from certificate_facts f join scoped s on s.id = f.agency_id
    where f.profile in ('official-signing', 'agency-seal') and ${living}) f join agencies a on a.id = f.agency_id cross join generate_series(1, nlevel(a.path)) n)`;
export const listOneStop = byAgency(`with ${signing} ${oneStop}`, ['units', 'able'], { only: 'units' });

const longAgo = `cast(:now as timestamptz) - make_interval(months => :months)`;
const unseen = `(f.last_seen_at is null or f.last_seen_at < ${longAgo})`;
export const listUnused = byAgency(
  `select f.agency_id, count(*) as old_enough, count(*) filter (where ${unseen}) as unused, count(*) filter (where f.last_seen_at is null) as never
   from certificate_facts f join scoped s on s.id = f.agency_id where f.profile = 'official-signing' and ${living} and f.issued_at < ${longAgo} group by 1`,
  ['old_enough', 'unused', 'never'], { only: 'old_enough' });

export const listUnusedOfficials: ListRows = async (db, question) => list(db, question,
  `with ${scoped}, named as materialized (select s.id, s.code, ${nameOf('s.id')} as name from scoped s),
   idle as (select f.official_id, f.agency_id, f.issued_at, f.not_after, f.last_seen_at from certificate_facts f join scoped s on s.id = f.agency_id
     where f.profile = 'official-signing' and f.official_id is not null and ${living} and f.issued_at < ${longAgo} and ${unseen}
       and not exists (select from certificate_facts u where u.official_id = f.official_id and u.last_seen_at >= ${longAgo}) order by f.issued_at, f.certificate_id limit :limit)
   select o.name, o.position, s.code, s.name as agency, ${['issued_at', 'not_after', 'last_seen_at'].map((c) => `to_char(i.${c} at time zone ${zone}, 'YYYY-MM-DD') as ${c}`).join(', ')}
   from idle i join officials o on o.id = i.official_id join named s on s.id = i.agency_id order by i.issued_at, o.name, i.official_id`);

const yearFrom = `(make_date(:year, 1, 1)::timestamp at time zone ${zone})`;
const yearTo = `(make_date(:year + 1, 1, 1)::timestamp at time zone ${zone})`;
const within = (at: string, from = yearFrom, to = yearTo): string => `${at} >= ${from} and ${at} < ${to}`;
const yearEnd = `least(${yearTo} - interval '1 second', cast(:now as timestamptz))`;
const annualColumns = ['in_force', 'issued', 'renewed', 'changed', 'revoked', 'expired', 'ending_next', 'requests', 'in_time'];

export const listAnnual = byAgency(
  `select agency_id, ${annualColumns.map((c) => `sum(${c}) as ${c}`).join(', ')} from (
     select f.agency_id, count(*) filter (where ${livingAt(yearEnd)}) as in_force, ${Object.entries({ issue: 'issued', renew: 'renewed', change: 'changed' })
      .map(([kind, name]) => `count(*) filter (where f.origin = '${kind}' and ${within('f.issued_at')}) as ${name}`).join(', ')},
       count(*) filter (where ${within('f.revoked_at')}) as revoked, count(*) filter (where f.revoked_at is null and ${within('f.not_after')} and f.not_after < cast(:now as timestamptz)) as expired,
       count(*) filter (where f.revoked_at is null and ${within('f.not_after', yearTo, `(make_date(:year + 2, 1, 1)::timestamp at time zone ${zone})`)}) as ending_next, 0 as requests, 0 as in_time
     from certificate_facts f join scoped s on s.id = f.agency_id group by 1
     union all
     select q.agency_id, 0, 0, 0, 0, 0, 0, 0, count(*), count(*) filter (where q.closed_at < q.due_at) from request_facts q join scoped s on s.id = q.agency_id
     where q.due_at is not null and ${within(settledAt)} and ${settledAt} <= cast(:now as timestamptz) group by 1) k group by 1`, annualColumns);
