import type { Knex } from 'knex';

/**
 * The sums that reports and the dashboard show, kept beside the facts by whoever brings these up to date: what a fact counted
 * for is taken out, the fact changes, and what it counts for now is put in. So a reader adds up a few thousand rows, however
 * many certificates there are, and who issues or revokes pays nothing.
 *
 * `certificate_counts` and `request_counts` say what one fact counts for, once: the sums are made by them, and an agency
 * below a ministry or province, which has no sums of its own, is counted by them from its facts.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    -- Facts are written by one job alone, so these need not be made concurrently; first, for what comes after keeps readers out.
    create index certificate_facts_by_end on certificate_facts (not_after);
    create index certificate_facts_by_official on certificate_facts (official_id) where official_id is not null;
    create index certificate_facts_of_officials on certificate_facts (issued_at, certificate_id)
      where profile = 'official-signing' and official_id is not null and revoked_at is null and not on_hold;
    create index certificate_facts_of_seals on certificate_facts (agency_id) where profile = 'agency-seal';
    create index request_facts_open on request_facts (due_at) where closed_at is null;

    alter table certificate_facts add column replaced boolean not null default false;
    comment on column certificate_facts.replaced is 'another certificate names it as the one it replaces';
    alter table request_facts add column working_days integer;
    comment on column request_facts.working_days is 'from the start to the close, without the first day';

    alter table report_marks rename column receipts_to to counted_at;
    comment on column report_marks.counted_at is 'the moment of the facts and sums: receipts until then are read, ends and terms until then have passed';

    create table report_places (agency_id uuid primary key, top_id uuid not null);
    comment on table report_places is 'the ministry or province that an agency is counted for';
    create index report_places_by_top on report_places (top_id);

    create table standing_sums (
      agency_id    uuid not null,
      profile      text not null,
      standing     text not null,
      certificates integer not null,
      primary key (agency_id, profile, standing)
    );
    comment on table standing_sums is 'what each agency itself holds, by kind and standing';

    create table period_sums (
      top_id       uuid not null,
      counted      text not null,
      starts_on    date not null,
      certificates integer not null,
      primary key (counted, top_id, starts_on)
    );
    comment on table period_sums is 'by ministry or province, what is counted, and the local month or day';

    create table request_sums (
      top_id  uuid not null,
      month   date not null,
      kind    text not null,
      in_time integer not null,
      late    integer not null,
      open    integer not null,
      days    integer not null,
      days_of integer not null,
      primary key (top_id, month, kind)
    );
    comment on column request_sums.days is 'working days of those days_of requests that were closed';
  `);
  await db.raw(functions);
  // with certificates there already, the job of the next minute counts all of them
  await db.raw(`update report_marks set counted_at = null, position = case when not exists (select from certificates) and not exists (select from requests) then 0 end`);
  await db.raw(`update report_marks set counted_at = now() where position = 0`);
}

const functions = `
    create function local_month(moment timestamptz) returns date language sql immutable
      return date_trunc('month', moment at time zone 'Asia/Ho_Chi_Minh')::date;
    create function local_day(moment timestamptz) returns date language sql immutable
      return (moment at time zone 'Asia/Ho_Chi_Minh')::date;

    create function standing_of(f certificate_facts, moment timestamptz) returns text language sql immutable
      return case when f.revoked_at is not null then 'revoked' when f.on_hold then 'on-hold' when f.not_after < moment then 'expired' else 'in-force' end;

    -- notAfter is the last second inside (RFC 5280 4.1.2.5): a certificate is over in the month of the next one.
    create function certificate_counts(f certificate_facts, moment timestamptz) returns table (counted text, starts_on date) language sql stable as $$
      select c.counted, c.starts_on from (values
        ('made', local_month(f.issued_at), true),
        ('made ' || f.origin, local_month(f.issued_at), true),
        ('revoked', local_month(f.revoked_at), f.revoked_at is not null),
        ('over', local_month(least(f.not_after + interval '1 second', f.revoked_at)), f.revoked_at is not null or f.not_after < moment),
        ('ending', local_month(f.not_after), f.revoked_at is null),
        ('ended', local_month(f.not_after), f.revoked_at is null and f.not_after < moment),
        ('living', local_month(f.not_after), standing_of(f, moment) = 'in-force'),
        ('living ' || f.profile, local_month(f.not_after), standing_of(f, moment) = 'in-force'),
        ('living replaced', local_month(f.not_after), f.replaced and standing_of(f, moment) = 'in-force'),
        ('held since', local_day(f.issued_at), f.profile = 'official-signing' and standing_of(f, moment) = 'in-force'),
        ('never seen since', local_day(f.issued_at), f.last_seen_at is null and f.profile = 'official-signing' and standing_of(f, moment) = 'in-force'),
        ('not seen since', local_day(greatest(f.issued_at, f.last_seen_at)), f.profile = 'official-signing' and standing_of(f, moment) = 'in-force')
      ) c (counted, starts_on, holds) where c.holds $$;

    -- A request counts when its term is kept or broken: on closing, or when the term ends and it is still open.
    create function request_counts(q request_facts, moment timestamptz)
      returns table (month date, kind text, in_time integer, late integer, open integer, days integer, days_of integer) language sql stable as $$
      select local_month(s.settled_at), case when q.urgent then 'revoke-urgent' else q.kind end, (q.closed_at is not null and q.closed_at < q.due_at)::integer,
        (q.closed_at is not null and q.closed_at >= q.due_at)::integer, (q.closed_at is null)::integer, coalesce(q.working_days, 0), (q.working_days is not null)::integer
      from (select least(coalesce(q.closed_at, 'infinity'), q.due_at - interval '1 microsecond') as settled_at) s where q.due_at is not null and s.settled_at <= moment $$;
`;

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
