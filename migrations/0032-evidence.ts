import type { Knex } from 'knex';

/**
 * Evidence from the network while it lasts, where issuers are really found, and the bytes that answers rested on, kept so
 * that an answer can be explained years later. Our own lists are in `crls` already.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table evidence_cache (
      key        bytea primary key check (length(key) = 32),
      kind       text not null check (kind in ('ca-issuers', 'crl', 'ocsp')),
      url        text not null,
      bytes      bytea,
      failure    text,
      fetched_at timestamptz not null,
      expires_at timestamptz not null,
      check ((bytes is null) <> (failure is null))
    );
    create index evidence_cache_by_expiry on evidence_cache (expires_at);

    create table evidence_addresses (
      id          uuid primary key,
      kind        text not null check (kind in ('ca-issuers', 'crl', 'ocsp')),
      issuer_name bytea,
      issuer_text text,
      prefix      text not null,
      replacement text not null,
      created_at  timestamptz not null,
      created_by  text not null,
      unique nulls not distinct (kind, issuer_name, prefix),
      check ((issuer_name is null) = (issuer_text is null))
    );

    create table evidence_objects (
      sha256        bytea primary key check (length(sha256) = 32),
      kind          text not null check (kind in ('certificate', 'crl', 'ocsp')),
      bytes         bytea not null,
      first_used_at timestamptz not null
    );
    create index crls_by_hash on crls (sha256(der));
  `);
}

export async function down(): Promise<void> {
  throw new Error('restore from backup');
}
