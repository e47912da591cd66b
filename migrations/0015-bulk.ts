import type { Knex } from 'knex';

/**
 * Work on many certificates from one file, or from a reorganisation's plan: the job, its lines, and who agreed to it.
 * A line's state says how far it is, so that the work goes on where it stopped; `content_hash` binds what was approved.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table bulk_jobs (
      id               uuid primary key,
      operation        text not null check (operation in ('issue', 'renew', 'change', 'revoke', 'reorganise')),
      state            text not null check (state in ('checking', 'checked', 'examined', 'running', 'stopped', 'finished', 'refused')),
      agency_id        uuid references agencies,
      file_name        text not null check (length(file_name) <= 200),
      file_hash        bytea not null check (length(file_hash) = 32),
      lines            integer not null check (lines >= 0),
      content_hash     bytea check (length(content_hash) = 32),
      crl_entries      integer,
      crl_bytes        bigint,
      submitted_by     text not null,
      submitted_name   text not null,
      reason           text check (length(reason) between 1 and 2000),
      created_at       timestamptz not null,
      started_at       timestamptz,
      finished_at      timestamptz,
      -- of the running: when a chunk was last done, and how long it has been at work in all
      beat_at          timestamptz,
      busy_ms          bigint not null default 0,
      check (agency_id is not null or operation = 'reorganise'),
      check ((content_hash is null) = (state = 'checking') or state = 'refused')
    );
    create unique index bulk_jobs_open_file on bulk_jobs (agency_id, operation, file_hash) where state not in ('finished', 'refused');
    create index bulk_jobs_by_time on bulk_jobs (created_at, id);
    create index bulk_jobs_at_work on bulk_jobs (beat_at) where state in ('checking', 'running');

    create table bulk_approvals (
      bulk_id      uuid not null references bulk_jobs,
      decision     text not null check (decision in ('approve', 'refuse', 'stop', 'resume')),
      actor_id     text not null,
      actor_name   text not null,
      content_hash bytea,
      reason       text check (length(reason) between 1 and 2000),
      decided_at   timestamptz not null,
      number       bigint generated always as identity primary key
    );
    create unique index bulk_approvals_once on bulk_approvals (bulk_id, actor_id) where decision = 'approve';
    create trigger append_only before update or delete or truncate on bulk_approvals
      for each statement execute function refuse_change();

    create table bulk_lines (
      bulk_id            uuid not null references bulk_jobs,
      line               integer not null check (line > 0),
      id                 uuid not null,
      state              text not null check (state in ('unchecked', 'ready', 'refused', 'prepared', 'done', 'asked', 'failed')),
      input              jsonb,
      kind               text not null check (kind in ('issue', 'renew', 'change', 'revoke')),
      profile            text,
      -- Not bound by keys: an agency may only be made when the plan runs, and each line is looked up again before it is
      -- carried out; tens of thousands are written at once.
      agency_id          uuid,
      official_id        uuid,
      service_name       text check (length(service_name) <= 64),
      certificate_id     uuid,
      subject            jsonb,
      subject_text       text,
      csr                bytea,
      spki               bytea,
      spki_hash          bytea check (length(spki_hash) = 32),
      days               integer check (days > 0),
      ends_at            timestamptz,
      ground             text,
      invalidity_date    timestamptz,
      note               text check (length(note) <= 2000),
      content_hash       bytea check (length(content_hash) = 32),
      new_certificate_id uuid,
      problem            jsonb,
      finished_at        timestamptz,
      primary key (bulk_id, line),
      check ((problem is not null) = (state in ('refused', 'failed'))),
      check ((content_hash is not null) or state in ('unchecked', 'refused'))
    );
    -- No index holds what changes while the work goes on, and there is room left on the page: a change of state stays on
    -- the row's own page (HOT). Runners go along the primary key.
    alter table bulk_lines set (fillfactor = 60);
    create unique index bulk_lines_by_id on bulk_lines (id);
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
