import type { Knex } from 'knex';

/** Who was reminded of which end, and the addresses under which calendars fetch the coming ends. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table expiry_reminders (
      certificate_id uuid not null references certificates,
      days_before    integer not null check (days_before > 0),
      reminded_at    timestamptz not null,
      primary key (certificate_id, days_before)
    );

    create table calendar_feeds (
      id           uuid primary key,
      agency_id    uuid not null references agencies,
      secret_hash  bytea not null unique check (length(secret_hash) = 32),
      label        text not null check (length(label) between 1 and 200),
      created_at   timestamptz not null,
      created_by   text not null,
      expires_at   timestamptz not null,
      revoked_at   timestamptz,
      last_used_at timestamptz
    );
    create index calendar_feeds_by_agency on calendar_feeds (agency_id, created_at);

    insert into policies (id, key, value, effective_from, source, created_at, created_by)
    values (gen_random_uuid(), 'reminder.days_before', '[90, 60, 30, 14, 7, 1]', timestamptz '2024-08-15 00:00:00+07',
      'own rule', timestamptz '2024-08-15 00:00:00+07', 'migration');
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
