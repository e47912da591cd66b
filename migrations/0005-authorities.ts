import type { Knex } from 'knex';

/**
 * Keys, certification authorities with their generations, and certificate profiles.
 * A generation is in service from the moment its certificate is issued; nothing else says so.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table keys (
      id uuid primary key,
      provider text not null check (provider in ('software', 'pkcs11')),
      scheme text not null,
      spki bytea not null unique,
      wrapped bytea,
      kek_id text,
      created_at timestamptz not null,
      check (provider <> 'software' or (wrapped is not null and kek_id is not null))
    );

    create table profiles (
      name text not null,
      version integer not null,
      definition jsonb not null,
      effective_from timestamptz not null,
      primary key (name, version)
    );

    create table authorities (
      id uuid primary key,
      slug text not null unique check (slug ~ '^[a-z][a-z0-9-]{1,40}$'),
      name text not null,
      kind text not null check (kind in ('root', 'issuing')),
      parent_id uuid references authorities (id),
      created_at timestamptz not null,
      check ((kind = 'root') = (parent_id is null))
    );

    create table authority_generations (
      id uuid primary key,
      authority_id uuid not null references authorities (id),
      generation integer not null check (generation > 0),
      label text not null unique,
      key_id uuid not null unique references keys (id),
      scheme text not null,
      subject_der bytea not null,
      key_identifier bytea not null,
      certificate_id uuid not null unique,
      created_at timestamptz not null,
      retired_at timestamptz,
      unique (authority_id, generation)
    );
    create index authority_generations_key_identifier on authority_generations (key_identifier);
  `);
}

export async function down(): Promise<void> {
  throw new Error('restore from backup');
}
