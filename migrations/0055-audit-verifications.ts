import type { Knex } from 'knex';

/** Verifications of the audit trail: who asked for one, how far it is, and what it found. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table audit_verifications (
      id          uuid primary key,
      asked_at    timestamptz not null,
      asked_by    text not null,
      asked_name  text not null,
      -- numbers of audit entries
      total       bigint not null check (total >= 0),
      done        bigint not null check (done >= 0),
      moved_at    timestamptz not null,
      finished_at timestamptz,
      verdict     jsonb,
      check ((finished_at is null) = (verdict is null))
    );
    create index audit_verifications_by_time on audit_verifications (asked_at);
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
