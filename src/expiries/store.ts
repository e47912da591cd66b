import type { Knex } from 'knex';
import type { Tx } from '../services.ts';

export interface DueReminder {
  id: string; serialNumber: string; subject: string; notAfter: Date; agencyPath: string; daysBefore: number;
  /** null for an agency's or a service's certificate, and for a person who left */
  officialName: string | null; officialEmail: string | null;
}

/**
 * Marks certificates that have come within one of the days and were not reminded of it, and answers them with whom they
 * concern. What was issued for a shorter time than a stage has no such stage; what is replaced needs no reminder.
 */
export async function insertDueReminders(tx: Tx, daysBefore: readonly number[], now: Date, limit: number): Promise<DueReminder[]> {
  const { rows } = await tx.raw<{ rows: DueReminder[] }>(
    `with due as (
       select c.id, s.days_before, coalesce(a.path, c.agency_path) as path
       from certificates c left join agencies a on a.id = c.agency_id
       cross join lateral (select min(d) as days_before from unnest(?::int[]) d
         where c.not_after <= ?::timestamptz + d * interval '1 day' and c.not_before <= c.not_after - d * interval '1 day') s
       where c.state = 'issued' and c.agency_path is not null and s.days_before is not null
         and c.not_after > ? and c.not_after <= ?::timestamptz + (select max(d) from unnest(?::int[]) d) * interval '1 day'
         and not exists (select 1 from certificates n where n.replaces_id = c.id and n.state = 'issued')
         and not exists (select 1 from expiry_reminders r where r.certificate_id = c.id and r.days_before = s.days_before)
       order by path, c.id limit ?
     ), marked as (
       insert into expiry_reminders select id, days_before, ? from due on conflict do nothing returning certificate_id
     )
     select c.id, encode(c.serial_number, 'hex') as serial_number, c.subject_text as subject, c.not_after, due.path as agency_path, due.days_before,
       o.name as official_name, o.email as official_email
     from due join marked on marked.certificate_id = due.id join certificates c on c.id = due.id
       left join officials o on o.id = c.official_id and o.left_at is null
     order by due.path, c.not_after, c.id`,
    [[...daysBefore], now, now, now, [...daysBefore], limit, now]);
  return rows;
}

export interface Registrar { path: string; id: string; name: string; email: string }

/** For each agency those registrars with a mail address who are nearest: its own, else those of the agency above, and so on. */
export async function listNearestRegistrars(db: Knex, paths: readonly string[], at: Date): Promise<Registrar[]> {
  const { rows } = await db.raw<{ rows: Registrar[] }>(
    `select path, id, name, email from (
       select p.path, o.id, o.name, o.email, rank() over (partition by p.path order by nlevel(o.agency_path) desc) as distance
       from unnest(?::ltree[]) as p (path) join operators o on o.agency_path @> p.path
         join operator_roles r on r.operator_id = o.id and r.role = 'registrar'
       where o.active and (o.expires_at is null or o.expires_at > ?) and o.email is not null) near
     where distance = 1 order by path, id`, [[...paths], at]);
  return rows;
}

export interface Expiry { id: string; serialNumber: string; subject: string; notAfter: Date; agencyCode: string | null }

/** What ends in an agency and below it, the soonest first. */
export async function listExpiries(db: Knex, agencyPath: string, until: { from: Date; to: Date; limit: number }): Promise<Expiry[]> {
  const { rows } = await db.raw<{ rows: Expiry[] }>(
    `select c.id, encode(c.serial_number, 'hex') as serial_number, c.subject_text as subject, c.not_after, a.code as agency_code
     from certificates c left join agencies a on a.id = c.agency_id
     where c.state = 'issued' and coalesce(a.path, c.agency_path) <@ ?::ltree and c.not_after >= ? and c.not_after < ?
       and not exists (select 1 from certificates n where n.replaces_id = c.id and n.state = 'issued')
     order by c.not_after, c.id limit ?`, [agencyPath, until.from, until.to, until.limit]);
  return rows;
}

export interface FeedRow {
  id: string; agencyId: string; label: string; createdAt: Date; createdBy: string; expiresAt: Date; revokedAt: Date | null; lastUsedAt: Date | null;
}
export interface PlacedFeed extends FeedRow { agencyPath: string; agencyName: string }

const feedFields = ['f.id', 'f.agencyId', 'f.label', 'f.createdAt', 'f.createdBy', 'f.expiresAt', 'f.revokedAt', 'f.lastUsedAt'] as const;
const placed = (db: Knex): Knex.QueryBuilder => db('calendar_feeds as f').join('agencies as a', 'a.id', 'f.agencyId')
  .joinRaw('cross join lateral (select name from agency_names where agency_id = a.id order by valid_from desc limit 1) n')
  .select(...feedFields, 'a.path as agencyPath', 'n.name as agencyName');

export async function insertFeed(tx: Tx, row: FeedRow & { secretHash: Uint8Array }): Promise<void> {
  await tx('calendar_feeds').insert({ ...row, secretHash: Buffer.from(row.secretHash) });
}

/** By the hash of its token: an index finds it, so nothing of the token is compared piece by piece. */
export async function findFeed(db: Knex, secretHash: Uint8Array): Promise<PlacedFeed | undefined> {
  return placed(db).where('f.secretHash', Buffer.from(secretHash)).first() as Promise<PlacedFeed | undefined>;
}

export async function lockFeed(tx: Tx, id: string): Promise<PlacedFeed | undefined> {
  return placed(tx).where('f.id', id).forUpdate('f').first() as Promise<PlacedFeed | undefined>;
}

export async function listFeeds(db: Knex, agencyId: string): Promise<PlacedFeed[]> {
  return placed(db).where('f.agencyId', agencyId).orderBy('f.createdAt').limit(500) as Promise<PlacedFeed[]>;
}

export async function markFeedRevoked(tx: Tx, id: string, revokedAt: Date): Promise<void> {
  await tx('calendar_feeds').where({ id }).update({ revokedAt });
}

/** No transaction of an operation: nothing hangs on it. */
export async function markFeedUsed(db: Knex, id: string, lastUsedAt: Date): Promise<void> {
  await db('calendar_feeds').where({ id }).update({ lastUsedAt });
}
