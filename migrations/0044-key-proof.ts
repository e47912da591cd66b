import type { Knex } from 'knex';

/** Challenges that officials sign with the key of their certificate to sign in. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table key_challenges (
      token_hash bytea primary key check (length(token_hash) = 32),
      created_at timestamptz not null,
      expires_at timestamptz not null check (expires_at > created_at),
      used_at    timestamptz
    );
    create index key_challenges_by_expiry on key_challenges (expires_at);
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
