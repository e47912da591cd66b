import type { Knex } from 'knex';
import { arrayOf } from '../database/array.ts';
import { findPage, type Page, type PageRequest } from '../database/paging.ts';
import { statement } from '../database/statement.ts';
import type { Language } from '../http/language.ts';
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

const appendArrivals = statement('append-event-arrivals',
  `with stored as (
     insert into event_arrivals (id, type, subject_type, subject_id, agency_path, data, occurred_at)
     select e.id, e.type, e.subject_type, e.subject_id, e.agency_path, e.data, e.occurred_at
     from unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::ltree[], ?::jsonb[], ?::timestamptz[])
       with ordinality as e (id, type, subject_type, subject_id, agency_path, data, occurred_at, place) order by e.place)
   select pg_notify('events_arrived', '')`);

/** Any number in one statement, which tells the sequencers as well: one round trip in the path of issuing. */
export async function insertArrivals(tx: Tx, arrivals: readonly Arrival[]): Promise<void> {
  const texts = (pick: (arrival: Arrival) => string): Buffer => arrayOf('text', arrivals.map(pick));
  await appendArrivals(tx, [
    arrayOf('uuid', arrivals.map(({ id }) => id)), texts((a) => a.type), texts((a) => a.subject.type), texts((a) => a.subject.id), arrivals.map((a) => a.agencyPath),
    arrayOf('jsonb', arrivals.map(({ data }) => JSON.stringify(data))), arrayOf('timestamptz', arrivals.map((a) => a.occurredAt)),
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

export type WebhookState = 'active' | 'disabled' | 'removed';

export interface WebhookRow {
  id: string;
  agencyPath: string | null;
  url: string;
  /** empty: all */
  types: EventType[];
  /** sealed */
  secret: Uint8Array;
  contact: string;
  language: Language;
  state: WebhookState;
  /** in a row */
  failures: number;
  failingSince: Date | null;
  /** nothing is sent before; while one node is at it, the end of its lease */
  retryAt: Date | null;
  lastError: string | null;
  lastSuccessAt: Date | null;
  createdAt: Date;
  createdBy: string;
}

const webhookFields = [
  'id', 'agencyPath', 'url', 'types', 'secret', 'contact', 'language', 'state', 'failures', 'failingSince', 'retryAt', 'lastError', 'lastSuccessAt',
  'createdAt', 'createdBy',
] as const satisfies readonly (keyof WebhookRow)[];

export async function insertWebhook(tx: Tx, row: WebhookRow): Promise<void> {
  await tx('webhooks').insert({ ...row, types: [...row.types], secret: Buffer.from(row.secret) });
}

export async function lockWebhook(tx: Tx, id: string): Promise<WebhookRow | undefined> {
  return tx('webhooks').where({ id }).whereNot({ state: 'removed' }).forUpdate().first(...webhookFields) as Promise<WebhookRow | undefined>;
}

export async function findWebhook(db: Knex, id: string): Promise<WebhookRow | undefined> {
  return db('webhooks').where({ id }).whereNot({ state: 'removed' }).first(...webhookFields) as Promise<WebhookRow | undefined>;
}

export async function markWebhook(tx: Tx, id: string, change: Partial<Omit<WebhookRow, 'id'>>): Promise<void> {
  await tx('webhooks').where({ id }).update(change);
}

/** How many an agency has, itself and not below. */
export async function countWebhooks(tx: Tx, agencyPath: string | null): Promise<number> {
  const [row] = (await tx('webhooks').whereNot({ state: 'removed' }).where({ agencyPath }).count({ count: '*' })) as { count: number }[];
  return row?.count ?? 0;
}

export async function listWebhooks(db: Knex, within: string | undefined, page: PageRequest): Promise<Page<WebhookRow>> {
  const query = db('webhooks').whereNot({ state: 'removed' }).select(...webhookFields);
  if (within !== undefined) void query.whereRaw('agency_path <@ ?::ltree', [within]);
  return findPage<WebhookRow>(query, ['createdAt', 'id'], page);
}

/** Takes a webhook that has something due for oneself, until `leaseUntil` or until it is marked. */
export async function lockDueWebhook(tx: Tx, now: Date, leaseUntil: Date): Promise<WebhookRow | undefined> {
  const { rows } = await tx.raw<{ rows: WebhookRow[] }>(
    `update webhooks set retry_at = ? where id = (
       select w.id from webhooks w where w.state = 'active' and (w.retry_at is null or w.retry_at <= ?)
         and exists (select 1 from webhook_deliveries d where d.webhook_id = w.id and d.state = 'waiting' and (d.next_attempt_at is null or d.next_attempt_at <= ?))
       order by w.retry_at nulls first, w.id limit 1 for update skip locked)
     returning ${webhookFields.map((field) => field.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)).join(', ')}`, [leaseUntil, now, now]);
  return rows[0];
}

export interface DeliveryRow {
  id: string;
  webhookId: string;
  position: number;
  state: 'waiting' | 'delivered' | 'failed';
  attempts: number;
  lastStatus: number | null;
  lastError: string | null;
  queuedAt: Date;
  nextAttemptAt: Date | null;
  finishedAt: Date | null;
}

const deliveryFields = [
  'd.id', 'd.webhookId', 'd.position', 'd.state', 'd.attempts', 'd.lastStatus', 'd.lastError', 'd.queuedAt', 'd.nextAttemptAt', 'd.finishedAt',
] as const;

/** What is due to one webhook, with its events, in their order. */
export async function listDueDeliveries(db: Knex, webhookId: string, now: Date, limit: number): Promise<(DeliveryRow & { event: EventRow })[]> {
  const rows = (await db('webhook_deliveries as d').join('events as e', 'e.position', 'd.position').where({ 'd.webhookId': webhookId, 'd.state': 'waiting' })
    .andWhere((q) => void q.whereNull('d.nextAttemptAt').orWhere('d.nextAttemptAt', '<=', now)).orderBy('d.position').limit(limit)
    .select(...deliveryFields, 'e.id as eventId', 'e.type', 'e.subjectType', 'e.subjectId', 'e.agencyPath', 'e.data', 'e.occurredAt')) as
    (DeliveryRow & Omit<EventRow, 'id'> & { eventId: string })[];
  return rows.map((row) => ({ ...row, event: { ...row, id: row.eventId } }));
}

export async function markDelivery(tx: Tx, id: string, change: Partial<Omit<DeliveryRow, 'id' | 'webhookId' | 'position'>>): Promise<void> {
  await tx('webhook_deliveries').where({ id, state: 'waiting' }).update(change);
}

/** Gives up whatever still waits for a webhook. */
export async function markDeliveriesFailed(tx: Tx, webhookId: string, at: Date, error: string): Promise<number> {
  return tx('webhook_deliveries').where({ webhookId, state: 'waiting' }).update({ state: 'failed', lastError: error, finishedAt: at });
}

export async function deleteDeliveries(tx: Tx, finishedBefore: Date): Promise<number> {
  return tx('webhook_deliveries').whereNot({ state: 'waiting' }).where('finishedAt', '<', finishedBefore).delete();
}

/** Newest first. */
export async function listDeliveries(db: Knex, webhookId: string, state: DeliveryRow['state'] | undefined, page: PageRequest): Promise<Page<DeliveryRow>> {
  const query = db('webhook_deliveries as d').where({ 'd.webhookId': webhookId }).select(...deliveryFields);
  if (state) void query.where('d.state', state);
  return findPage<DeliveryRow>(query, ['d.position'], page, 'desc');
}
