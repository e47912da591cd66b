import type { Knex } from 'knex';

/** What a report is asked for: `now` is the moment of the figures, months are local, `YYYY-MM`, both inside; `scope` null is the whole country. */
export interface Question { now: Date; scope: string | null; from: string; to: string; year: number; months: number; limit: number }
export type Cell = string | number | null;
export type Row = Record<string, Cell>;
export type ListRows = (db: Knex, question: Question) => Promise<Row[]>;

const zone = `'Asia/Ho_Chi_Minh'`;
const scoped = `scoped as not materialized (select id, code, path, kind, valid_to from agencies where cast(:scope as ltree) is null or path <@ cast(:scope as ltree))`;
const nameOf = (id: string): string => `(select name from agency_names where agency_id = ${id} order by valid_from desc limit 1)`;
const printed = (month: string): string => `to_char(${month}, 'YYYY-MM') as month`;
const months = `months as (select m::date as month from generate_series(to_date(:from, 'YYYY-MM')::timestamp, to_date(:to, 'YYYY-MM')::timestamp, '1 month') m)`;

/**
 * What certificates and requests count for, by agency. The whole country, a ministry or a province has it in the kept sums;
 * what is below one of these is counted from the facts of its own certificates, by the same functions that make the sums.
 */
const isKept = ({ scope }: Question): boolean => scope === null || !scope.includes('.');
const periodsOf = (question: Question): string => (isKept(question)
  ? 'select k.top_id as agency_id, k.counted, k.starts_on, k.certificates as n from period_sums k join scoped s on s.id = k.top_id'
  : 'select f.agency_id, c.counted, c.starts_on, 1 as n from certificate_facts f join scoped s on s.id = f.agency_id cross join lateral certificate_counts(f, :now) c');
const termsOf = (question: Question): string => (isKept(question)
  ? 'select k.top_id as agency_id, k.month, k.kind, k.in_time, k.late, k.open, k.days, k.days_of from request_sums k join scoped s on s.id = k.top_id'
  : 'select q.agency_id, c.* from request_facts q join scoped s on s.id = q.agency_id cross join lateral request_counts(q, :now) c');
/** Sum of what is counted so in periods `p`. */
const sumOf = (counted: string, when = 'true'): string => `coalesce(sum(p.n) filter (where p.counted = '${counted}' and ${when}), 0)::float8`;

/**
 * Sums of a query `counted` (agency_id and numbers) by the agencies at one depth of the tree as it stands now, so that an
 * absorbed province counts for the one it hangs below. Depth 1 is ministries and provinces; 0, the ones right below the scope.
 */
const byAgency = (counts: string | ((question: Question) => string), columns: readonly string[], options: { depth?: 0 | 1; kind?: 'province' | 'ministry'; only?: string } = {}): ListRows => async (db, question) => {
  const counted = typeof counts === 'string' ? counts : counts(question);
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

const standing = (name: string, column = name.replace('-', '_')): string => `coalesce(sum(k.certificates) filter (where k.standing = '${name}'), 0)::float8 as ${column}`;
const standings = `${['in-force', 'expired', 'revoked', 'on-hold'].map((name) => standing(name)).join(', ')}, coalesce(sum(k.certificates), 0)::float8 as total`;
const profileNames = { 'official-signing': 'officials', 'agency-seal': 'seals', 'service-tls-client': 'services' } as const;
const byProfile = (when: string): string => Object.entries(profileNames)
  .map(([profile, column]) => `coalesce(sum(k.certificates) filter (where k.profile = '${profile}' and ${when}), 0)::float8 as ${column}`).join(', ');
const certificateCounts = `select k.agency_id, ${byProfile(`k.standing = 'in-force'`)}, ${standings} from standing_sums k join scoped s on s.id = k.agency_id group by 1`;
const certificateColumns = ['officials', 'seals', 'services', 'in_force', 'expired', 'revoked', 'on_hold', 'total'];

export const listByMinistry = byAgency(certificateCounts, certificateColumns, { kind: 'ministry' });
export const listByProvince = byAgency(certificateCounts, certificateColumns, { kind: 'province' });
export const listByAgency = byAgency(certificateCounts, certificateColumns, { depth: 0 });

export const listByProfile: ListRows = async (db, question) => list(db, question,
  `with ${scoped} select p.profile, ${standings}
   from (select unnest(array['official-signing', 'agency-seal', 'service-tls-client']) as profile union select distinct name from profiles
       where name not in ('root-ca', 'issuing-ca', 'ocsp-responder', 'timestamping', 'receipt-signing', 'operator-sign-in')) p
   left join (select k.profile, k.standing, k.certificates from standing_sums k join scoped s on s.id = k.agency_id) k on k.profile = p.profile group by 1 order by 1`);

export const listByState: ListRows = async (db, question) => list(db, question,
  `with ${scoped} select w.state, ${byProfile('true')}, coalesce(sum(k.certificates), 0)::float8 as total
   from unnest(array['in-force', 'expired', 'revoked', 'on-hold']) with ordinality as w (state, place)
   left join (select k.profile, k.standing, k.certificates from standing_sums k join scoped s on s.id = k.agency_id) k on k.standing = w.state group by w.state, w.place order by w.place`);

/** Sums of what is counted so, month by month. */
const monthly = (columns: Readonly<Record<string, string>>): ListRows => async (db, question) => list(db, question,
  `with ${scoped}, ${months}, periods as (select p.counted, p.starts_on, sum(p.n) as n from (${periodsOf(question)}) p
     where p.counted in (${Object.values(columns).map((counted) => `'${counted}'`).join(', ')}) and p.starts_on between to_date(:from, 'YYYY-MM') and to_date(:to, 'YYYY-MM') group by 1, 2)
   select ${printed('m.month')}, ${Object.entries(columns).map(([column, counted]) => `${sumOf(counted)} as ${column}`).join(', ')}
   from months m left join periods p on p.starts_on = m.month group by m.month order by m.month`);

export const listMovements = monthly({ issued: 'made issue', renewed: 'made renew', changed: 'made change', revoked: 'revoked', expiring: 'ending' });
export const listExpiring = monthly({
  ...Object.fromEntries(Object.entries(profileNames).map(([profile, column]) => [column, `living ${profile}`])), total: 'living', replaced: 'living replaced',
});

/** What had been made until the end of a month, less what was over by then; a hold is not remembered. */
export const listStanding: ListRows = async (db, question) => list(db, question,
  `with ${scoped}, ${months}, periods as (select p.counted, p.starts_on, sum(p.n) as n from (${periodsOf(question)}) p where p.counted in ('made', 'over', 'revoked') group by 1, 2),
   ends as (select m.month, ${['made', 'over', 'revoked'].map((counted) => `${sumOf(counted)} as ${counted}`).join(', ')}
     from months m left join periods p on p.starts_on <= m.month where m.month <= local_month(:now) group by m.month)
   select ${printed('month')}, made - over as in_force, over - revoked as expired, revoked, made as total from ends order by ends.month`);

export const listDeadlines: ListRows = async (db, question) => list(db, question,
  `with ${scoped} select ${printed('t.month')}, t.kind, sum(t.in_time + t.late + t.open)::float8 as closed_or_due, sum(t.in_time)::float8 as in_time, sum(t.late)::float8 as late, sum(t.open)::float8 as open,
     round(sum(t.days)::numeric / nullif(sum(t.days_of), 0), 2)::float8 as days
   from (${termsOf(question)}) t where t.month between to_date(:from, 'YYYY-MM') and to_date(:to, 'YYYY-MM')
   group by t.month, t.kind having sum(t.in_time + t.late + t.open) > 0 order by t.month, t.kind`);

const topName = `${nameOf('(select id from agencies t where t.path = subpath(s.path, 0, 1))')} as top_name`;

export const listWithoutSeal: ListRows = async (db, question) => list(db, question,
  `with ${scoped}, sealed as (select k.agency_id from standing_sums k where k.profile = 'agency-seal' and k.standing = 'in-force' and k.certificates > 0),
   without as (select * from scoped s where s.valid_to is null and not exists (select from sealed where agency_id = s.id) order by s.code collate "C" limit :limit)
   select s.code, ${nameOf('s.id')} as name, ${topName},
     (select to_char(max(least(f.not_after, f.revoked_at)) at time zone ${zone}, 'YYYY-MM-DD') from certificate_facts f where f.agency_id = s.id and f.profile = 'agency-seal') as last_seal_ended
   from without s order by s.code collate "C"`);

/** Agencies that hold a certificate that can sign, and all above them. Paths as texts: they hash everywhere. */
const signing = `signing as materialized (select distinct subpath(a.path, 0, n)::text as path
   from (select distinct k.agency_id from standing_sums k where k.profile in ('official-signing', 'agency-seal') and k.standing = 'in-force' and k.certificates > 0) k
     join scoped a on a.id = k.agency_id cross join generate_series(1, nlevel(a.path)) n)`;

/** Units in being that bear one of the names now, and whether in one or below it somebody can sign. */
export const listOneStop = byAgency(
  `with ${signing} select u.id as agency_id, 1 as units, (g.path is not null)::integer as able
   from (select distinct s.id, s.path from one_stop_names p join agency_names n on search_text(n.name) like search_text(p.pattern) join scoped s on s.id = n.agency_id and s.valid_to is null
     where not exists (select from agency_names later where later.agency_id = n.agency_id and later.valid_from > n.valid_from)) u
   left join signing g on g.path = u.path::text`, ['units', 'able'], { only: 'units' });

/** The first midnight of the last so many months. */
const since = `(local_day(:now) - make_interval(months => :months))`;
const longAgo = `(${since} at time zone ${zone})`;
export const listUnused = byAgency(
  (question) => `select p.agency_id, ${sumOf('held since')} as old_enough, ${sumOf('not seen since')} as unused, ${sumOf('never seen since')} as never
   from (${periodsOf(question)}) p where p.counted in ('held since', 'not seen since', 'never seen since') and p.starts_on < ${since} group by 1`,
  ['old_enough', 'unused', 'never'], { only: 'old_enough' });

/** In force and issued before. As in the conditions of both indexes, so that they are used; and not before the first of those in force, or all that expired would be passed by. */
const idle = `f.profile = 'official-signing' and f.official_id is not null and f.revoked_at is null and not f.on_hold and f.not_after >= cast(:now as timestamptz) and f.issued_at < ${longAgo}
  and f.issued_at >= (select min(k.starts_on)::timestamp at time zone ${zone} from period_sums k where k.counted = 'held since' and k.certificates > 0)`;
/** Asked of one after the other until there are enough; certificates of the same person count too. */
const unseen = `coalesce((select max(u.last_seen_at) from certificate_facts u where u.official_id = f.official_id), '-infinity') < ${longAgo}`;

/** The whole country walks along the index by time; of a part, its certificates are brought into that order first. */
export const listUnusedOfficials: ListRows = async (db, question) => list(db, question,
  `with ${scoped}, idle as (select f.* from ${question.scope === null ? 'certificate_facts'
    : `(select f.* from certificate_facts f join scoped s on s.id = f.agency_id where ${idle} order by f.issued_at, f.certificate_id offset 0)`} f
     where ${idle} and ${unseen} order by f.issued_at, f.certificate_id limit :limit)
   select o.name, o.position, a.code, ${nameOf('a.id')} as agency, ${['issued_at', 'not_after', 'last_seen_at'].map((c) => `to_char(i.${c} at time zone ${zone}, 'YYYY-MM-DD') as ${c}`).join(', ')}
   from idle i join officials o on o.id = i.official_id join agencies a on a.id = i.agency_id order by i.issued_at, o.name, i.official_id`);

const yearFrom = 'make_date(:year, 1, 1)';
const yearTo = 'make_date(:year + 1, 1, 1)';
const thisYear = `p.starts_on >= ${yearFrom} and p.starts_on < ${yearTo}`;
const annualColumns = ['in_force', 'issued', 'renewed', 'changed', 'revoked', 'expired', 'ending_next', 'requests', 'in_time'];

export const listAnnual = byAgency(
  (question) => `select agency_id, ${annualColumns.map((c) => `sum(${c}) as ${c}`).join(', ')} from (
     select p.agency_id, ${sumOf('made', `p.starts_on < ${yearTo}`)} - ${sumOf('over', `p.starts_on < ${yearTo}`)} as in_force, ${sumOf('made issue', thisYear)} as issued, ${sumOf('made renew', thisYear)} as renewed,
       ${sumOf('made change', thisYear)} as changed, ${sumOf('revoked', thisYear)} as revoked, ${sumOf('ended', thisYear)} as expired,
       ${sumOf('ending', `p.starts_on >= ${yearTo} and p.starts_on < make_date(:year + 2, 1, 1)`)} as ending_next, 0 as requests, 0 as in_time
     from (${periodsOf(question)}) p where p.counted in ('made', 'over', 'made issue', 'made renew', 'made change', 'revoked', 'ended', 'ending') group by 1
     union all
     select p.agency_id, 0, 0, 0, 0, 0, 0, 0, sum(p.in_time + p.late + p.open), sum(p.in_time) from (select t.*, t.month as starts_on from (${termsOf(question)}) t) p where ${thisYear} group by 1) k group by 1`, annualColumns);
