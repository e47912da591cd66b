import type { Knex } from 'knex';

/** Sessions of the web, and the one-time links that begin them. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table sessions (
      id           uuid primary key,
      token_hash   bytea not null unique check (length(token_hash) = 32),
      operator_id  uuid references operators,
      official_id  uuid references officials,
      method       text not null check (method ~ '^[a-z-]{1,40}$'),
      address      text not null check (length(address) <= 64),
      user_agent   text not null check (length(user_agent) <= 300),
      created_at   timestamptz not null,
      last_seen_at timestamptz not null,
      expires_at   timestamptz not null check (expires_at > created_at),
      ended_at     timestamptz,
      check (num_nonnulls(operator_id, official_id) = 1)
    );
    create index sessions_by_operator on sessions (operator_id, created_at) where operator_id is not null;
    create index sessions_by_official on sessions (official_id, created_at) where official_id is not null;
    create index sessions_by_expiry on sessions (expires_at);

    create table sign_in_links (
      id          uuid primary key,
      token_hash  bytea not null unique check (length(token_hash) = 32),
      operator_id uuid references operators,
      official_id uuid references officials,
      method      text not null check (method in ('link', 'enrolment')),
      return_path text not null check (return_path like '/%' and length(return_path) <= 500),
      created_at  timestamptz not null,
      expires_at  timestamptz not null check (expires_at > created_at),
      used_at     timestamptz,
      check (num_nonnulls(operator_id, official_id) = 1)
    );
    create index sign_in_links_by_expiry on sign_in_links (expires_at);
  `);
  await db.raw(
    `insert into policies (id, key, value, effective_from, source, created_at, created_by)
     select gen_random_uuid(), p.key, p.value, timestamptz '2024-08-15 00:00:00+07', 'own rule',
            timestamptz '2024-08-15 00:00:00+07', 'migration'
     from jsonb_to_recordset(?::jsonb) as p (key text, value jsonb)`,
    [JSON.stringify([
      { key: 'session.idle_minutes', value: 30 }, { key: 'session.max_hours', value: 10 }, { key: 'sign_in.link_minutes', value: 15 },
      { key: 'sign_in.attempts_per_account', value: 5 }, { key: 'sign_in.attempts_per_address', value: 60 },
    ])],
  );
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
