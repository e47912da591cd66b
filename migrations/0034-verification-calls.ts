import type { Knex } from 'knex';

/**
 * What a detached signature was checked against, calls that may be repeated, and batches. Documents of a batch lie in an
 * unlogged table: they come into no archive of the write-ahead log and into no standby, and are gone with the batch. What a
 * crash of the database takes is told file by file. Answers that are kept for a while are sealed.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table verifications add column content jsonb;

    create table idempotent_requests (
      caller      text not null,
      operation   text not null,
      key         text not null check (length(key) between 1 and 255),
      fingerprint bytea not null check (length(fingerprint) = 32),
      id          uuid not null unique,
      started_at  timestamptz not null,
      answer      bytea,
      answer_type text,
      primary key (caller, operation, key),
      check ((answer is null) = (answer_type is null))
    );
    create index idempotent_requests_by_time on idempotent_requests (started_at);

    create table verification_batches (
      id              uuid primary key,
      asked_by        text not null,
      asker_name      text not null,
      agency_path     ltree,
      state           text not null check (state in ('receiving', 'running', 'finished', 'given-up')),
      policy          text not null,
      validation_time timestamptz,
      bytes           bigint not null,
      created_at      timestamptz not null,
      finished_at     timestamptz,
      beat_at         timestamptz not null
    );
    create index verification_batches_open on verification_batches (beat_at) where state in ('receiving', 'running');
    create index verification_batches_by_asker on verification_batches (asked_by, created_at);

    create table verification_batch_files (
      batch_id   uuid not null references verification_batches (id) on delete cascade,
      position   integer not null check (position between 1 and 1000),
      size       bigint not null,
      parts      integer not null,
      name       bytea not null,
      claimed_at timestamptz,
      done_at    timestamptz,
      indication text,
      outcome    bytea,
      primary key (batch_id, position)
    );
    create index verification_batch_files_waiting on verification_batch_files (batch_id, position) where done_at is null;

    create unlogged table verification_batch_parts (
      batch_id uuid not null,
      position integer not null,
      part     integer not null,
      bytes    bytea not null,
      primary key (batch_id, position, part)
    );
  `);
}

export async function down(): Promise<void> {
  throw new Error('restore from backup');
}
