import type { Knex } from 'knex';

/**
 * Certificates that trust begins with. A row is a pin: the fingerprint is the trust, the name is only shown.
 * `confirmed_by` waits for the second person; while `confirmed_at` is null the anchor counts for nothing.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table trust_anchors (
      id            uuid primary key,
      fingerprint   bytea not null unique check (length(fingerprint) = 32),
      certificate   bytea not null check (length(certificate) between 1 and 65536),
      subject_text  text not null,
      label         text not null check (length(label) between 1 and 200),
      domain        text not null check (domain ~ '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$'),
      scope         text not null check (scope in ('signing', 'timestamping', 'any')),
      trusted_from  timestamptz not null,
      trusted_until timestamptz,
      created_at    timestamptz not null,
      created_by    text not null,
      confirmed_at  timestamptz,
      confirmed_by  text,
      withdrawn_at  timestamptz,
      withdrawn_by  text,
      check (trusted_until is null or trusted_until > trusted_from)
    );
    create index trust_anchors_in_force on trust_anchors (trusted_from) where confirmed_at is not null and withdrawn_at is null;
  `);
}

export async function down(): Promise<void> {
  throw new Error('restore from backup');
}
