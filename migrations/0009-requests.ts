import type { Knex } from 'knex';

/**
 * Certification requests and what was decided on them.
 * Who had a hand in a request stands in its own row as well as in `decisions`: the row lock then shows
 * the newest of it, so that two decisions at once cannot slip past the four eyes.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table requests (
      id                 uuid primary key,
      kind               text not null check (kind in ('issue', 'renew', 'change', 'revoke', 'restore-device')),
      state              text not null check (state in ('draft', 'confirmed', 'examined', 'approved', 'completed', 'returned', 'refused')),
      round              integer not null default 1 check (round > 0),
      profile            text not null,
      agency_id          uuid not null references agencies,
      official_id        uuid references officials,
      service_name       text check (length(service_name) <= 64),
      device             text check (device in ('TOKEN', 'SIM', 'SOFT', 'RSSP', 'HSM')),
      certificate_id     uuid references certificates,
      new_certificate_id uuid unique,
      subject            jsonb not null,
      subject_text       text not null,
      csr                bytea,
      spki               bytea,
      spki_hash          bytea check (length(spki_hash) = 32),
      days               integer check (days > 0),
      ends_at            timestamptz,
      ground             text,
      reason             text,
      invalidity_date    timestamptz,
      note               text check (length(note) <= 2000),
      content_hash       bytea not null check (length(content_hash) = 32),
      composed_at        timestamptz not null,
      submitted_by       text not null,
      amended_by         text,
      confirmed_by       text,
      confirmed_hash     bytea,
      examined_by        text,
      examined_hash      bytea,
      approved_by        text,
      due_at             timestamptz,
      duplicate_key      text not null,
      idempotency_key    text check (length(idempotency_key) between 8 and 100),
      submission_hash    bytea not null check (length(submission_hash) = 32),
      created_at         timestamptz not null,
      state_changed_at   timestamptz not null,
      check ((csr is null) = (spki_hash is null) and (csr is null) = (spki is null)),
      check (kind = 'issue' or certificate_id is not null)
    );
    -- One open request for one thing: of two that arrive together the index lets one in.
    create unique index requests_open on requests (duplicate_key) where state in ('draft', 'confirmed', 'examined', 'returned');
    create unique index requests_idempotency on requests (submitted_by, idempotency_key) where idempotency_key is not null;
    create index requests_by_agency on requests (agency_id, created_at);
    create index requests_by_time on requests (created_at, id);
    create index requests_waiting on requests (due_at, id) where state in ('confirmed', 'examined');
    create index requests_by_certificate on requests (certificate_id) where certificate_id is not null;
    create index requests_by_official on requests (official_id) where official_id is not null;

    -- Beside the requests, for it is written once while their state changes four times: a trigram index costs
    -- more than all the others together, and every change of state writes every index of its row.
    create table request_texts (
      request_id uuid primary key references requests,
      text       text not null
    );
    create index request_texts_by_search on request_texts using gin (text gin_trgm_ops);

    create table decisions (
      id           uuid primary key,
      request_id   uuid not null references requests,
      round        integer not null,
      decision     text not null check (decision in ('confirm', 'examine', 'approve', 'return', 'refuse')),
      from_state   text not null,
      to_state     text not null,
      actor_id     text not null,
      actor_name   text not null,
      reason       text check (length(reason) between 1 and 2000),
      content_hash bytea not null check (length(content_hash) = 32),
      decided_at   timestamptz not null,
      check (reason is not null or decision not in ('return', 'refuse'))
    );
    create index decisions_by_request on decisions (request_id, decided_at);
    create trigger append_only before update or delete or truncate on decisions
      for each statement execute function refuse_change();
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
