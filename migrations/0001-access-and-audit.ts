import type { Knex } from 'knex';

/** Who may act (operators, roles, API keys) and what they did (audit entries, which nobody changes). */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create extension if not exists ltree;
    create extension if not exists unaccent;
    create extension if not exists pg_trgm;

    -- unaccent() is only stable, for its dictionary could change; an index needs an immutable function.
    create function search_text(value text) returns text language sql immutable parallel safe strict
      as $$ select lower(public.unaccent('public.unaccent', value)) $$;

    create table roles (name text primary key, position smallint not null);
    insert into roles values ('administrator', 1), ('operator', 2), ('registrar', 3), ('auditor', 4), ('verifier', 5);

    create table operators (
      id          uuid primary key,
      name        text not null check (length(name) between 1 and 200),
      email       text check (length(email) <= 254),
      kind        text not null check (kind in ('person', 'system')),
      agency_path ltree,
      active      boolean not null default true,
      created_at  timestamptz not null,
      created_by  text not null
    );
    create index operators_by_search on operators using gin (search_text(name) gin_trgm_ops);

    create table operator_roles (
      operator_id uuid not null references operators,
      role        text not null references roles,
      primary key (operator_id, role)
    );

    create table api_keys (
      id           uuid primary key,
      prefix       text not null unique check (prefix ~ '^[0-9a-f]{16}$'),
      secret_hash  bytea not null check (length(secret_hash) = 32),
      operator_id  uuid not null references operators,
      label        text not null check (length(label) between 1 and 200),
      created_at   timestamptz not null,
      expires_at   timestamptz not null,
      revoked_at   timestamptz,
      last_used_at timestamptz
    );
    create index api_keys_by_operator on api_keys (operator_id);
  `);
  await db.raw(`
    create table audit_entries (
      sequence     bigint generated always as identity primary key,
      at           timestamptz not null,
      actor_id     text not null,
      actor_kind   text not null,
      actor_name   text not null,
      action       text not null,
      subject_type text not null,
      subject_id   text not null,
      before       jsonb,
      after        jsonb,
      request_id   text not null,
      leaf_hash    bytea not null check (length(leaf_hash) = 32)
    );
    create index audit_entries_by_subject on audit_entries (subject_type, subject_id, sequence);
    create index audit_entries_by_actor on audit_entries (actor_id, sequence);
    create index audit_entries_by_time on audit_entries (at);

    create table audit_seals (
      number         bigint primary key check (number >= 1),
      first_sequence bigint not null,
      last_sequence  bigint not null check (last_sequence >= first_sequence),
      entry_count    bigint not null check (entry_count > 0),
      root           bytea not null check (length(root) = 32),
      previous_hash  bytea not null check (length(previous_hash) = 32),
      hash           bytea not null unique check (length(hash) = 32),
      sealed_at      timestamptz not null
    );

    create function refuse_change() returns trigger language plpgsql
      as $$ begin raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege'; end $$;
    create trigger append_only before update or delete or truncate on audit_entries
      for each statement execute function refuse_change();
    create trigger append_only before update or delete or truncate on audit_seals
      for each statement execute function refuse_change();

    -- Numbers are drawn before commits: entry 5 may appear after 6. Writers share this lock until they commit
    -- and the sealing job takes it alone for a moment, so no number below a seal's end can appear later.
    create function join_audit_writers() returns trigger language plpgsql
      as $$ begin perform pg_advisory_xact_lock_shared(7218317); return null; end $$;
    create trigger join_writers before insert on audit_entries
      for each statement execute function join_audit_writers();
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
