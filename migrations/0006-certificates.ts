import type { Knex } from 'knex';

/**
 * Certificates, what was revoked, the lists that say so, and whose key is whose.
 * The serial number is unique per issuing generation; `der` appears only together with the state `issued`.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table certificates (
      id uuid primary key,
      generation_id uuid not null references authority_generations (id),
      serial_number bytea not null check (octet_length(serial_number) between 16 and 20),
      state text not null check (state in ('prepared', 'issued', 'revoked', 'on_hold', 'void')),
      profile text not null,
      profile_version integer not null,
      scheme text not null,
      tbs bytea not null,
      der bytea,
      subject_der bytea not null,
      subject_text text not null,
      spki_hash bytea not null,
      not_before timestamptz not null,
      not_after timestamptz not null,
      agency_id uuid,
      agency_path ltree,
      official_id uuid,
      request_id uuid,
      replaces_id uuid references certificates (id),
      prepared_at timestamptz not null,
      issued_at timestamptz,
      foreign key (profile, profile_version) references profiles (name, version),
      check ((der is not null) = (state in ('issued', 'revoked', 'on_hold'))),
      unique (serial_number, generation_id)
    ) with (fillfactor = 55);

    -- What is prepared and not signed yet. A partial index on the state would make every signature rewrite the row's
    -- other indexes too; so, and with room left on the page, the update stays on the row's own page (HOT).
    create table unfinished_certificates (certificate_id uuid primary key references certificates (id));

    create index certificates_spki_hash on certificates (spki_hash);
    create index certificates_prepared on certificates (prepared_at, id);
    create index certificates_official on certificates (official_id) where official_id is not null;
    create index certificates_request on certificates (request_id) where request_id is not null;
    create index certificates_replaces on certificates (replaces_id) where replaces_id is not null;
    create index certificates_agency_path on certificates using gist (agency_path) where agency_path is not null;
    create index certificates_subject on certificates using gin (search_text(subject_text) gin_trgm_ops);

    alter table authority_generations
      add foreign key (certificate_id) references certificates (id) deferrable initially deferred;

    create table subject_keys (
      spki_hash bytea primary key,
      holder text not null,
      first_seen_at timestamptz not null
    );

    create table revocations (
      certificate_id uuid primary key references certificates (id),
      generation_id uuid not null references authority_generations (id),
      serial_number bytea not null,
      reason text not null,
      revoked_at timestamptz not null,
      invalidity_date timestamptz,
      ground text,
      comment text,
      not_after timestamptz not null,
      -- the entry of revokedCertificates, DER: a CRL is these bytes one after another
      crl_entry bytea not null
    );
    create index revocations_generation on revocations (generation_id, not_after);

    create table crls (
      id uuid primary key,
      generation_id uuid not null references authority_generations (id),
      number bigint not null check (number > 0),
      scheduled boolean not null,
      this_update timestamptz not null,
      next_update timestamptz not null,
      entries integer not null,
      der bytea not null,
      published_at timestamptz not null,
      unique (generation_id, number),
      check (next_update > this_update)
    );

    create table ocsp_responders (
      certificate_id uuid primary key references certificates (id),
      generation_id uuid not null references authority_generations (id),
      key_id uuid not null unique references keys (id),
      created_at timestamptz not null
    );
    create index ocsp_responders_generation on ocsp_responders (generation_id);

    create table timestamp_units (
      certificate_id uuid primary key references certificates (id),
      generation_id uuid not null references authority_generations (id),
      key_id uuid not null unique references keys (id),
      policy text not null,
      created_at timestamptz not null
    );
  `);
}

export async function down(): Promise<void> {
  throw new Error('restore from backup');
}
