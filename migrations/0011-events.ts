import type { Knex } from 'knex';

/** What happened, for other systems: to read by cursor, and pushed to the addresses that subscribed. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    -- Where the transaction of a change leaves its events. The sequencer moves them on; src/events/sequence.ts says why.
    create table event_arrivals (
      arrival      bigint generated always as identity primary key,
      id           uuid not null,
      type         text not null check (type ~ '^[a-z]+(-[a-z]+)*[.][a-z]+(-[a-z]+)*$'),
      subject_type text not null,
      subject_id   text not null,
      agency_path  ltree,
      data         jsonb not null,
      occurred_at  timestamptz not null
    );

    create table events (
      position     bigint primary key check (position > 0),
      id           uuid not null unique,
      type         text not null,
      subject_type text not null,
      subject_id   text not null,
      agency_path  ltree,
      data         jsonb not null,
      occurred_at  timestamptz not null
    );
    create index events_by_subject on events (subject_type, subject_id, position);
    create index events_by_agency on events using gist (agency_path) where agency_path is not null;
    create trigger append_only before update or delete or truncate on events
      for each statement execute function refuse_change();

    create table webhooks (
      id              uuid primary key,
      agency_path     ltree,
      url             text not null check (length(url) between 8 and 2000),
      types           text[] not null,
      secret          bytea not null,
      contact         text not null check (length(contact) between 3 and 254),
      language        text not null check (language in ('vi', 'en')),
      state           text not null check (state in ('active', 'disabled', 'removed')),
      failures        integer not null default 0,
      failing_since   timestamptz,
      retry_at        timestamptz,
      last_error      text check (length(last_error) <= 500),
      last_success_at timestamptz,
      created_at      timestamptz not null,
      created_by      text not null
    );
    comment on column webhooks.agency_path is 'events of this agency and below; null is the whole country';
    comment on column webhooks.types is 'empty: all types';
    comment on column webhooks.secret is 'sealed by the keystore';
    create index webhooks_active on webhooks (retry_at) where state = 'active';

    create table webhook_deliveries (
      id              uuid primary key,
      webhook_id      uuid not null references webhooks,
      position        bigint not null references events,
      state           text not null check (state in ('waiting', 'delivered', 'failed')),
      attempts        integer not null default 0,
      last_status     integer,
      last_error      text check (length(last_error) <= 500),
      queued_at       timestamptz not null,
      next_attempt_at timestamptz,
      finished_at     timestamptz,
      unique (webhook_id, position)
    );
    create index webhook_deliveries_waiting on webhook_deliveries (webhook_id, next_attempt_at nulls first, position) where state = 'waiting';
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
