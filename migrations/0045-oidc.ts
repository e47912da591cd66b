import type { Knex } from 'knex';

/** Sign-ins at the organisation's OpenID Connect provider that are under way; their secrets are in the browser's cookie alone. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table oidc_attempts (
      token_hash  bytea primary key check (length(token_hash) = 32),
      return_path text not null check (return_path like '/%' and length(return_path) <= 500),
      expires_at  timestamptz not null
    );
    create index oidc_attempts_by_expiry on oidc_attempts (expires_at);
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
