import type { Knex } from 'knex';

/** Receipts: what was asked by digest, what was answered, when. Never the document, nor its name, nor who signed. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table verifications (
      id              uuid primary key,
      asked_by        text not null,
      agency_path     ltree,
      document_digest bytea not null check (length(document_digest) = 32),
      document_size   bigint not null check (document_size >= 0),
      format          text not null,
      policy          text not null,
      validation_time timestamptz not null,
      verified_at     timestamptz not null,
      indication      text not null check (indication in ('TOTAL-PASSED', 'INDETERMINATE', 'TOTAL-FAILED')),
      sub_indication  text,
      signatures      jsonb not null
    );
    create index verifications_by_digest on verifications (document_digest, verified_at);
    create index verifications_by_asker on verifications (asked_by, verified_at);

    create function refuse_change_of_receipt() returns trigger language plpgsql as $$
    begin
      raise exception 'a receipt is not changed';
    end $$;
    create trigger verifications_stay before update or delete on verifications
      for each row execute function refuse_change_of_receipt();
  `);
}

export async function down(): Promise<void> {
  throw new Error('restore from backup');
}
