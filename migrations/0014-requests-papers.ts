import type { Knex } from 'knex';

const unread = 'to be confirmed: the text of the article was not at hand';

const policies = [
  { key: 'deadline.urgent_revoke_hours', value: 12, source: `12 hours for a key that is compromised or lost, from older rules; ${unread}` },
  { key: 'deadline.warn_hours', value: 24, source: 'own rule: a request is named this long before its term ends' },
  { key: 'revocation.urgent_by_one_operator', value: false, source: `own rule: a second operator for urgent revocations too; ${unread}` },
  { key: 'confirmation.signature_required', value: false, source: 'own rule: signed in is enough to confirm until every registrar has a certificate (NĐ 68/2024/NĐ-CP asks for a signed document)' },
];

/**
 * Papers of requests with the verdict on their signatures, the forms that were printed, the codes with which a holder
 * revokes; on requests, what a transfer means, whether the first request came wet-signed, and the urgent lane.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table requests
      add column transfer   text check (transfer in ('change', 'revoke')),
      add column wet_signed boolean not null default false,
      add column urgent     boolean not null default false;
    create index requests_urgent on requests (due_at, id) where urgent and state = 'draft';

    create table papers (
      id                    uuid primary key,
      request_id            uuid not null references requests,
      kind                  text not null,
      name                  text not null check (length(name) between 1 and 200),
      size                  integer not null check (size > 0),
      digest                bytea not null check (length(digest) = 32),
      bytes                 bytea not null,
      indication            text not null check (indication in ('TOTAL-PASSED', 'INDETERMINATE', 'TOTAL-FAILED')),
      sub_indication        text,
      signatures            integer not null check (signatures >= 0),
      verification_id       uuid not null references verifications,
      content_hash          bytea check (length(content_hash) = 32),
      signer_certificate_id uuid references certificates,
      added_by              text not null,
      added_at              timestamptz not null,
      -- a form that was signed stands for one content and has one signer
      check ((kind = 'signed-form') = (content_hash is not null and signer_certificate_id is not null)),
      unique (request_id, digest)
    );
    alter table papers alter column bytes set storage external;
    create trigger append_only before update or delete or truncate on papers for each statement execute function refuse_change();

    create table printed_forms (
      request_id   uuid not null references requests,
      content_hash bytea not null check (length(content_hash) = 32),
      digest       bytea not null check (length(digest) = 32),
      size         integer not null check (size > 0),
      printed_at   timestamptz not null,
      primary key (request_id, content_hash, digest)
    );

    create table revocation_codes (
      certificate_id uuid primary key references certificates,
      code_hash      bytea not null check (length(code_hash) = 32),
      made_at        timestamptz not null,
      made_by        text not null
    );
  `);
  await db.raw(
    `insert into policies (id, key, value, effective_from, source, created_at, created_by)
     select gen_random_uuid(), p.key, p.value, timestamptz '2024-08-15 00:00:00+07', p.source, timestamptz '2024-08-15 00:00:00+07', 'migration'
     from jsonb_to_recordset(?::jsonb) as p (key text, value jsonb, source text)`, [JSON.stringify(policies)]);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
