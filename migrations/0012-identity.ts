import type { Knex } from 'knex';

/**
 * Who an official is: number, birth date and mobile number sealed in a table of their own, found again by a blind index;
 * what the population database said of them; where each official stood when; people asked for by another agency.
 * And the day on which an operator's rights end, and one tree for agencies and what hangs on them.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table operators add column expires_at timestamptz;

    create table official_identities (
      official_id    uuid primary key references officials,
      sealed         bytea not null,
      blind_index    bytea check (length(blind_index) = 32),
      serving        boolean not null,
      check_state    text not null check (check_state in ('not-checked', 'waiting', 'confirmed', 'differs', 'not-found')),
      checked_at     timestamptz,
      transaction_id text check (length(transaction_id) between 1 and 100),
      updated_at     timestamptz not null
    );
    -- one person serves once: of two agencies that enter the same number at once the index lets one in
    create unique index official_identities_serving on official_identities (blind_index) where serving;
    create index official_identities_by_number on official_identities (blind_index);
    create index official_identities_waiting on official_identities (updated_at) where check_state = 'waiting';

    create table identity_checks (
      id             uuid primary key,
      official_id    uuid not null references officials,
      outcome        text not null check (outcome in ('confirmed', 'differs', 'not-found')),
      transaction_id text not null check (length(transaction_id) between 1 and 100),
      checked_at     timestamptz not null
    );
    create index identity_checks_by_official on identity_checks (official_id, checked_at);
    create trigger append_only before update or delete or truncate on identity_checks
      for each statement execute function refuse_change();

    create table official_history (
      official_id uuid not null references officials,
      agency_id   uuid not null references agencies,
      name        text not null,
      position    text not null,
      email       text not null,
      valid_from  timestamptz not null,
      valid_to    timestamptz check (valid_to >= valid_from),
      number      bigint generated always as identity primary key
    );
    create index official_history_by_official on official_history (official_id, number);
    create unique index official_history_now on official_history (official_id) where valid_to is null;
    create index official_history_by_agency on official_history (agency_id);
    insert into official_history (official_id, agency_id, name, position, email, valid_from, valid_to)
      select id, agency_id, name, position, email, created_at, left_at from officials;

    create table official_transfers (
      id             uuid primary key,
      official_id    uuid not null references officials,
      from_agency_id uuid not null references agencies,
      to_agency_id   uuid not null references agencies,
      position       text not null check (length(position) between 1 and 200),
      email          text not null check (length(email) between 3 and 254 and email = lower(email)),
      note           text check (length(note) <= 2000),
      state          text not null check (state in ('asked', 'released', 'refused')),
      asked_by       text not null,
      asked_at       timestamptz not null,
      decided_by     text,
      decided_at     timestamptz,
      reason         text check (length(reason) between 1 and 2000),
      check (from_agency_id <> to_agency_id),
      check ((state = 'asked') = (decided_at is null)),
      check (state <> 'refused' or reason is not null)
    );
    create unique index official_transfers_open on official_transfers (official_id) where state = 'asked';
  `);
  await db.raw(`
    -- An agency that is absorbed moves in the tree; whoever reaches its new place must reach what carries a copy of the path.
    create function carry_agency_path() returns trigger language plpgsql as $$ begin
      update certificates set agency_path = new.path where agency_path = old.path;
      update operators set agency_path = new.path where agency_path = old.path;
      return null;
    end $$;
    create trigger carry_path after update of path on agencies
      for each row when (old.path is distinct from new.path) execute function carry_agency_path();
    create index operators_by_agency_path on operators using gist (agency_path) where agency_path is not null;
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
