import type { Knex } from 'knex';

const namesSource = 'NĐ 61/2018/NĐ-CP and NĐ 118/2025/NĐ-CP: what these places are called';

/**
 * What reports count: one narrow row for each certificate of a subscriber and for each request, brought up to date from the
 * events. `certificates` itself is 4 kB to a row, and an index there on anything that signing or revoking writes would make
 * every signature rewrite all indexes of its row; so the counting happens beside it.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table certificate_facts (
      certificate_id uuid primary key,
      agency_id      uuid not null,
      official_id    uuid,
      replaces_id    uuid,
      profile        text not null,
      origin         text not null,
      issued_at      timestamptz not null,
      not_after      timestamptz not null,
      revoked_at     timestamptz,
      last_seen_at   timestamptz,
      on_hold        boolean not null,
      fingerprint    bytea not null
    ) with (fillfactor = 90);
    create index certificate_facts_by_agency on certificate_facts (agency_id);
    create index certificate_facts_by_fingerprint on certificate_facts (fingerprint);
    comment on column certificate_facts.fingerprint is 'SHA-256 of the certificate: receipts of verifications name signers by it';
    comment on column certificate_facts.last_seen_at is 'the latest moment for which a receipt shows a signature with it';

    create table request_facts (
      request_id uuid primary key,
      agency_id  uuid not null,
      kind       text not null,
      urgent     boolean not null,
      started_at timestamptz,
      due_at     timestamptz,
      closed_at  timestamptz
    ) with (fillfactor = 90);
    create index request_facts_by_agency on request_facts (agency_id);

    -- How far the facts are: the last event, and up to when receipts were read. Without a position all is counted anew.
    create table report_marks (
      "only"       boolean primary key default true check ("only"),
      position     bigint,
      receipts_to  timestamptz
    );
    insert into report_marks default values;

    create index verifications_by_time on verifications (verified_at);

    create table one_stop_names (
      pattern text primary key check (length(pattern) between 5 and 100),
      source  text not null
    );
    comment on column one_stop_names.pattern is 'part of the name of an agency, compared without case and diacritics; % stands for anything';
  `);
  const patterns = ['%trung tâm phục vụ hành chính công%', '%bộ phận một cửa%', '%bộ phận tiếp nhận và trả kết quả%'];
  for (const pattern of patterns) await db.raw('insert into one_stop_names (pattern, source) values (?, ?)', [pattern, namesSource]);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
