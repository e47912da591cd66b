import type { Knex } from 'knex';

/**
 * A certificate is written twice, prepared and issued, and each time once into every index it cannot keep. So what it is
 * written with stays small: its TBS is kept only while it is unfinished (the certificate holds it afterwards), so that the row
 * never grows past what is stored in line and its second version finds room on the same page (HOT).
 *
 * What a search finds it by stands beside it, as with requests: the trigrams of one subject cost more than all other indexes
 * of the row together. A job brings them in, a thousand at a time for a fraction; until then the arrivals are searched as
 * they are. Those that are there already arrive once more.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table unfinished_certificates add column tbs bytea;
    update unfinished_certificates u set tbs = c.tbs from certificates c where c.id = u.certificate_id;
    comment on column unfinished_certificates.tbs is 'null where a node of before left it in certificates.tbs';
    alter table certificates alter column tbs drop not null, alter column der set storage external;
    comment on column certificates.tbs is 'of before: no longer written';
    -- three prepared rows and their three issued versions to a page
    alter table certificates set (fillfactor = 25);

    create table certificate_texts (
      certificate_id uuid primary key references certificates (id),
      text           text not null
    );
    create index certificate_texts_by_search on certificate_texts using gin (text gin_trgm_ops);
    create table certificate_arrivals (
      arrival        bigint generated always as identity primary key,
      certificate_id uuid not null
    );
    insert into certificate_arrivals (certificate_id) select id from certificates order by prepared_at, id;
    drop index certificates_subject;
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
