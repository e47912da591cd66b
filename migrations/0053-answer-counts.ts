import type { Knex } from 'knex';

/** How many answers the service gave, hour by hour. Each node adds its own every few seconds; nothing says to whom they went. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table answer_counts (
      hour    timestamptz not null,
      service text not null,
      answer  text not null,
      answers bigint not null,
      primary key (hour, service, answer)
    );
    comment on column answer_counts.service is 'ocsp, verification';
    comment on column answer_counts.answer is 'good, revoked, unknown, error; or the indication of ETSI EN 319 102-1';

    insert into answer_counts (hour, service, answer, answers)
      select date_trunc('hour', verified_at, 'UTC'), 'verification', indication, count(*) from verifications where verified_at > now() - interval '31 days' group by 1, 3;
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
