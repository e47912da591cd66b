import type { Knex } from 'knex';
import type { Tx } from '../services.ts';
import type { EventType } from './record.ts';

export interface EventRow {
  position: number;
  id: string;
  type: EventType;
  subjectType: string;
  subjectId: string;
  agencyPath: string | null;
  data: unknown;
  occurredAt: Date;
}

export interface Arrival { id: string; type: EventType; subject: { type: string; id: string }; agencyPath: string | null; data: object; occurredAt: Date }

const columns = 'position, id, type, subject_type, subject_id, agency_path, data, occurred_at';

/** Any number in one statement, which queues the sequencer's job as well: one round trip in the path of issuing. */
export async function insertArrivals(tx: Tx, arrivals: readonly Arrival[]): Promise<void> {
  const column = (pick: (arrival: Arrival) => unknown): string[] => arrivals.map(pick) as string[];
  await tx.raw(
    `with stored as (
       insert into event_arrivals (id, type, subject_type, subject_id, agency_path, data, occurred_at)
       select e.id, e.type, e.subject_type, e.subject_id, e.agency_path, e.data, e.occurred_at
       from unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::ltree[], ?::jsonb[], ?::timestamptz[])
         with ordinality as e (id, type, subject_type, subject_id, agency_path, data, occurred_at, place) order by e.place)
     select from graphile_worker.add_job('sequence-events', max_attempts := 3)`,
    [
      column((a) => a.id), column((a) => a.type), column((a) => a.subject.type), column((a) => a.subject.id), column((a) => a.agencyPath),
      column((a) => JSON.stringify(a.data)), column((a) => a.occurredAt),
    ]);
}

// Any fixed number does; it only has to be nobody else's.
const sequencerLock = 7_218_318;

/** Alone from here to the commit. Waits, or answers false at once where another is at it. */
export async function lockSequencer(tx: Tx, wait: boolean): Promise<boolean> {
  if (wait) {
    await tx.raw('select pg_advisory_xact_lock(?)', [sequencerLock]);
    return true;
  }
  const { rows } = await tx.raw<{ rows: { locked: boolean }[] }>('select pg_try_advisory_xact_lock(?) as locked', [sequencerLock]);
  return rows[0]?.locked ?? false;
}

/** Gives the oldest arrivals their positions, from the next one on, and queues their deliveries. Answers how many there were. */
export async function markSequenced(tx: Tx, limit: number, now: Date): Promise<{ events: number; deliveries: number }> {
  const { rows } = await tx.raw<{ rows: { events: number; deliveries: number }[] }>(
    `with taken as (
       delete from event_arrivals where arrival in (select arrival from event_arrivals order by arrival limit ?) returning *
     ), stored as (
       insert into events (${columns})
       select (select coalesce(max(position), 0) from events) + row_number() over (order by arrival),
         id, type, subject_type, subject_id, agency_path, data, occurred_at from taken
       returning position, type, agency_path
     ), pushed as (
       insert into webhook_deliveries (id, webhook_id, position, state, queued_at)
       select gen_random_uuid(), w.id, s.position, 'waiting', ? from stored s join webhooks w on w.state = 'active'
         and (w.agency_path is null or w.agency_path @> s.agency_path) and (w.types = '{}' or s.type = any(w.types))
       returning id
     ) select (select count(*) from stored) as events, (select count(*) from pushed) as deliveries`, [limit, now]);
  return rows[0]!;
}

/** The last position given out; 0 before the first. */
export async function findHead(db: Knex): Promise<number> {
  const { rows } = await db.raw<{ rows: { head: number }[] }>('select coalesce(max(position), 0) as head from events');
  return rows[0]!.head;
}

export interface EventFilter { within?: string | undefined; types?: readonly EventType[] | undefined; subjectId?: string | undefined }

/** After one position up to another, in their order. */
export async function listEvents(db: Knex, span: { after: number; upTo: number; limit: number }, filter: EventFilter): Promise<EventRow[]> {
  const query = db('events').where('position', '>', span.after).where('position', '<=', span.upTo).orderBy('position').limit(span.limit);
  if (filter.within !== undefined) void query.whereRaw('agency_path <@ ?::ltree', [filter.within]);
  if (filter.types && filter.types.length > 0) void query.whereIn('type', [...filter.types]);
  if (filter.subjectId !== undefined) void query.where('subjectId', filter.subjectId);
  return query.select(db.raw(columns)) as Promise<EventRow[]>;
}
