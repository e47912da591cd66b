import type { Knex } from 'knex';

/** Certificates that operators sign in with, and which of them began a session. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table operator_certificates (
      certificate_id uuid primary key references certificates,
      operator_id    uuid not null references operators,
      name           text not null check (length(name) between 1 and 100),
      created_at     timestamptz not null,
      last_used_at   timestamptz,
      -- by its holder, or when two administrators let them back; until then nobody enrols anew by mail alone
      released_at    timestamptz
    );
    create index operator_certificates_by_operator on operator_certificates (operator_id, created_at);

    alter table sessions add column certificate_id uuid references operator_certificates;
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
