import type { Knex } from 'knex';

/** Passkeys (WebAuthn) of operators and officials, and the challenges that are out. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table passkeys (
      id            uuid primary key,
      credential_id bytea not null unique check (length(credential_id) between 1 and 1023),
      operator_id   uuid references operators,
      official_id   uuid references officials,
      name          text not null check (length(name) between 1 and 100),
      public_key    bytea not null check (length(public_key) between 1 and 2000),
      counter       bigint not null check (counter >= 0),
      transports    text[] not null,
      synced        boolean not null,
      created_at    timestamptz not null,
      last_used_at  timestamptz,
      removed_at    timestamptz,
      check (num_nonnulls(operator_id, official_id) = 1)
    );
    create index passkeys_by_operator on passkeys (operator_id, created_at) where operator_id is not null;
    create index passkeys_by_official on passkeys (official_id, created_at) where official_id is not null;

    create table passkey_challenges (
      challenge_hash bytea primary key check (length(challenge_hash) = 32),
      session_id     uuid,
      expires_at     timestamptz not null
    );
    create index passkey_challenges_by_expiry on passkey_challenges (expires_at);
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
