import type { Knex } from 'knex';

/**
 * A withdrawal waits for a second person as an anchor does, and what was withdrawn may be proposed again. Trusted lists
 * (ETSI TS 119 612) are kept whole, with who proposed and who approved them.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table trust_lists (
      id                 uuid primary key,
      domain             text not null check (domain ~ '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$'),
      operator_name      text not null,
      sequence_number    bigint not null check (sequence_number > 0),
      issued_at          timestamptz not null,
      next_update        timestamptz,
      digest             bytea not null check (length(digest) = 32),
      signer_fingerprint bytea not null check (length(signer_fingerprint) = 32),
      xml                bytea not null,
      proposed_at        timestamptz not null,
      proposed_by        text not null,
      decided_at         timestamptz,
      decided_by         text,
      approved           boolean,
      check ((decided_at is null) = (approved is null)),
      check (approved is not true or decided_by <> proposed_by)
    );
    create index trust_lists_by_domain on trust_lists (domain, sequence_number) where approved;

    alter table trust_anchors
      drop constraint trust_anchors_fingerprint_key,
      add column withdrawal_proposed_at timestamptz,
      add column withdrawal_proposed_by text,
      add column withdrawal_reason text,
      add column list_id uuid references trust_lists (id);
    create unique index trust_anchors_fingerprint on trust_anchors (fingerprint) where withdrawn_at is null;
  `);
}

export async function down(): Promise<void> {
  throw new Error('restore from backup');
}
