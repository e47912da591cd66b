import type { Knex } from 'knex';

/** The devices that hold private keys: who has each, every handover, lock and unlock, and the certificates on it. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table devices (
      id          uuid primary key,
      serial      text not null unique check (length(serial) between 1 and 64),
      kind        text not null check (kind in ('TOKEN', 'SIM', 'SOFT', 'RSSP', 'HSM')),
      model       text check (length(model) between 1 and 100),
      state       text not null check (state in ('in-stock', 'in-use', 'locked', 'lost', 'broken', 'retired')),
      agency_id   uuid not null references agencies,
      official_id uuid references officials,
      created_at  timestamptz not null,
      updated_at  timestamptz not null
    );
    create index devices_by_agency on devices (agency_id, id);
    create index devices_by_official on devices (official_id) where official_id is not null;

    create table device_events (
      number      bigint generated always as identity primary key,
      device_id   uuid not null references devices,
      event       text not null check (event in ('registered', 'handed-over', 'returned', 'locked', 'unlocked', 'lost', 'found', 'broken', 'retired')),
      from_state  text,
      to_state    text not null,
      happened_on text not null check (happened_on ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
      given_by    text check (length(given_by) between 1 and 200),
      received_by text check (length(received_by) between 1 and 200),
      agency_id   uuid not null references agencies,
      official_id uuid references officials,
      note        text check (length(note) between 1 and 2000),
      actor_id    text not null,
      actor_name  text not null,
      recorded_at timestamptz not null,
      check (event <> 'handed-over' or (given_by is not null and received_by is not null))
    );
    create index device_events_by_device on device_events (device_id, number);
    create trigger append_only before update or delete or truncate on device_events
      for each statement execute function refuse_change();

    create table device_links (
      subject_type text not null check (subject_type in ('certificate', 'request')),
      subject_id   uuid not null,
      device_id    uuid not null references devices,
      linked_at    timestamptz not null,
      primary key (subject_type, subject_id)
    );
    create index device_links_by_device on device_links (device_id);
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
