import type { Knex } from 'knex';
import type { Tx } from '../services.ts';

/** How far facts and sums are; `position` null: they are to be counted anew. */
export interface Mark { position: number | null; countedAt: Date | null }

/** One counts at a time. Who does not wait for the other gets undefined. */
export async function lockMark(tx: Tx, wait: boolean): Promise<Mark | undefined> {
  const query = tx('reportMarks').forUpdate();
  if (!wait) void query.skipLocked();
  return query.first('position', 'countedAt') as Promise<Mark | undefined>;
}

export async function markCounted(tx: Tx, mark: Mark): Promise<void> {
  await tx('reportMarks').update({ ...mark });
}

/** The moment of the figures, null before the first count, and whether all that has happened is in them. */
export async function findMark(db: Knex): Promise<{ countedAt: Date | null; complete: boolean }> {
  const { rows } = await db.raw<{ rows: { countedAt: Date | null; complete: boolean }[] }>(
    `select m.counted_at, m.position is not null and m.position >= coalesce((select max(position) from events), 0) and not exists (select from event_arrivals) as complete
     from report_marks m`);
  return rows[0]!;
}

export interface Changed { position: number; events: number; certificates: string[]; requests: string[] }

/** The last event's position, and what the events after another one are about. */
export async function listChanged(tx: Tx, after: number, limit: number): Promise<Changed> {
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

interface Span { from: Date; to: Date }
/** Facts by their ids, or all of some agencies, or simply all. */
export type Which = { certificates: readonly string[]; requests: readonly string[] } | { agencies: readonly string[] } | 'all';

/**
 * Whose facts change: certificates and requests of events, those that are replaced, those that receipts show a signature of,
 * and those whose end or term lies between the two moments, whichever of them is the earlier.
 */
export async function listTouched(tx: Tx, { changed, receipts, span }: { changed: Changed; receipts: Span; span: Span }): Promise<{ certificates: string[]; requests: string[] }> {
  const { rows } = await tx.raw<{ rows: { certificates: string[]; requests: string[] }[] }>(
    `select array(select unnest(:certificates::uuid[])
         union select replaces_id from certificates where id = any(:certificates::uuid[]) and replaces_id is not null
         union select certificate_id from certificate_facts where not_after >= least(:atFrom::timestamptz, :atTo) and not_after < greatest(:atFrom::timestamptz, :atTo)
         union select f.certificate_id from certificate_facts f join (${seen}) u on f.fingerprint = u.fingerprint where f.last_seen_at is null or f.last_seen_at < u.seen_at)::text[] as certificates,
       array(select unnest(:requests::uuid[])
         union select id from requests where new_certificate_id = any(:certificates::uuid[])
         union select request_id from request_facts where closed_at is null
           and due_at > least(:atFrom::timestamptz, :atTo) and due_at <= greatest(:atFrom::timestamptz, :atTo) + interval '1 microsecond')::text[] as requests`,
    { certificates: changed.certificates, requests: changed.requests, from: receipts.from, to: receipts.to, atFrom: span.from, atTo: span.to });
  return rows[0]!;
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

/** Notes of certificates that these replace them; without ids, that any does. */
export async function markReplaced(tx: Tx, by?: readonly string[]): Promise<void> {
  await tx.raw(
    `update certificate_facts set replaced = true where not replaced
       and certificate_id in (select replaces_id from certificate_facts where replaces_id is not null ${by ? 'and certificate_id = any(?::uuid[])' : ''})`, by ? [[...by]] : []);
}

/** The same for requests. A request is closed when its certificate is there. */
export async function insertRequestFacts(tx: Tx, ids?: readonly string[]): Promise<void> {
  await tx.raw(
    `insert into request_facts (request_id, agency_id, kind, urgent, started_at, due_at, closed_at, working_days)
     select s.*, case when s.started_at is not null and s.closed_at is not null then
         (select count(*) from generate_series(local_day(s.started_at) + 1, local_day(s.closed_at), interval '1 day') d left join holidays h on h.day = d::date
          where coalesce(h.working, extract(isodow from d) < 6)) end
     from (select r.id, r.agency_id, r.kind, r.urgent,
         case when r.urgent then r.created_at else (select max(d.decided_at) from decisions d where d.request_id = r.id and d.decision = 'confirm') end as started_at, r.due_at,
         case when r.state in ('completed', 'refused') or (r.state = 'approved' and r.new_certificate_id is null) then r.state_changed_at
           when r.state = 'approved' then c.issued_at end as closed_at
       from requests r left join certificates c on c.id = r.new_certificate_id ${ids ? 'where r.id = any(?::uuid[])' : ''}) s
     on conflict (request_id) do update set kind = excluded.kind, urgent = excluded.urgent, started_at = excluded.started_at, due_at = excluded.due_at, closed_at = excluded.closed_at,
       working_days = excluded.working_days`, ids ? [[...ids]] : []);
}

/**
 * Of receipts of a span: with which certificates signatures were seen, and for which moment. A moment that is proven
 * counts; where none is, the check itself. A signature that failed may name anybody and counts for nobody.
 */
const seen = `select decode(s.signature ->> 'signer', 'hex') as fingerprint, max(coalesce((s.signature ->> 'proven')::timestamptz, v.verified_at)) as seen_at
  from verifications v cross join lateral jsonb_array_elements(v.signatures) as s (signature)
  where v.verified_at > coalesce(cast(:from as timestamptz), '-infinity') and v.verified_at <= :to
    and s.signature ->> 'indication' <> 'TOTAL-FAILED' and s.signature ->> 'signer' ~ '^([0-9a-f]{2})+$' group by 1`;

export async function markSeen(tx: Tx, span: { from: Date | null; to: Date }): Promise<void> {
  await tx.raw(`update certificate_facts f set last_seen_at = u.seen_at from (${seen}) u
    where f.fingerprint = u.fingerprint and (f.last_seen_at is null or f.last_seen_at < u.seen_at)`, { from: span.from, to: span.to });
}

const topOf = `(select t.id from agencies t where t.path = subpath(a.path, 0, 1))`;

/** Agencies that are not placed yet stand where the tree has them. */
export async function insertPlaces(tx: Tx): Promise<void> {
  await tx.raw(`insert into report_places (agency_id, top_id) select a.id, ${topOf} from agencies a where not exists (select from report_places p where p.agency_id = a.id)`);
}

/** Agencies that the tree has under another ministry or province than they are counted for. */
export async function listMoved(tx: Tx): Promise<string[]> {
  const { rows } = await tx.raw<{ rows: { id: string }[] }>(
    `select a.id from agencies a join report_places p on p.agency_id = a.id join agencies t on t.id = p.top_id where subpath(a.path, 0, 1) <> t.path`);
  return rows.map(({ id }) => id);
}

export async function markPlaces(tx: Tx, agencies: readonly string[]): Promise<void> {
  await tx.raw(`update report_places p set top_id = ${topOf} from agencies a where a.id = p.agency_id and a.id = any(?::uuid[])`, [[...agencies]]);
}

export async function clearSums(tx: Tx): Promise<void> {
  // not truncated: readers would wait until the count is done
  await tx.raw('delete from standing_sums; delete from period_sums; delete from request_sums; delete from report_places');
}

const added = (table: string, columns: readonly string[]): string => columns.map((column) => `${column} = ${table}.${column} + excluded.${column}`).join(', ');
const requestColumns = ['in_time', 'late', 'open', 'days', 'days_of'] as const;

/** Puts facts into the sums as they count at a moment, or takes them out. */
export async function sumFacts(tx: Tx, which: Which, { sign, at }: { sign: 1 | -1; at: Date }): Promise<void> {
  const chosen = (fact: string, of: 'certificate' | 'request'): { where: string; ids: string[] } => {
    if (which === 'all') return { where: 'cardinality(:ids::uuid[]) = 0', ids: [] };
    if ('agencies' in which) return { where: `${fact}.agency_id = any(:ids::uuid[])`, ids: [...which.agencies] };
    return { where: `${fact}.${of}_id = any(:ids::uuid[])`, ids: [...of === 'certificate' ? which.certificates : which.requests] };
  };
  const certificates = chosen('f', 'certificate');
  if (which === 'all' || certificates.ids.length > 0) {
    await tx.raw(
      `insert into standing_sums as s (agency_id, profile, standing, certificates)
       select f.agency_id, f.profile, standing_of(f, :at), :sign * count(*) from certificate_facts f where ${certificates.where} group by 1, 2, 3 order by 1, 2, 3
       on conflict (agency_id, profile, standing) do update set ${added('s', ['certificates'])}`, { sign, at, ids: certificates.ids });
    await tx.raw(
      `insert into period_sums as s (top_id, counted, starts_on, certificates)
       select p.top_id, c.counted, c.starts_on, :sign * count(*) from certificate_facts f join report_places p on p.agency_id = f.agency_id cross join lateral certificate_counts(f, :at) c
       where ${certificates.where} group by 1, 2, 3
       on conflict (counted, top_id, starts_on) do update set ${added('s', ['certificates'])}`, { sign, at, ids: certificates.ids });
  }
  const requests = chosen('q', 'request');
  if (which !== 'all' && requests.ids.length === 0) return;
  await tx.raw(
    `insert into request_sums as s (top_id, month, kind, ${requestColumns.join(', ')})
     select p.top_id, c.month, c.kind, ${requestColumns.map((column) => `:sign * sum(c.${column})`).join(', ')}
     from request_facts q join report_places p on p.agency_id = q.agency_id cross join lateral request_counts(q, :at) c where ${requests.where} group by 1, 2, 3
     on conflict (top_id, month, kind) do update set ${added('s', requestColumns)}`, { sign, at, ids: requests.ids });
}
