import type { Knex } from 'knex';

/**
 * Reorganisations: what is ordered, which agencies and people it touches, and for each certificate that is followed by
 * another one, the link that its holder got and the day the old one ends. The certificates are lines of a bulk job.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table reorganisations (
      id           uuid primary key,
      bulk_id      uuid not null unique references bulk_jobs,
      title        text not null check (length(title) between 1 and 200),
      legal_basis  text not null check (length(legal_basis) between 1 and 500),
      actions      jsonb not null,
      overlap_days integer not null check (overlap_days >= 0),
      same_key     boolean not null,
      created_at   timestamptz not null,
      applied_at   timestamptz
    );
    create index reorganisations_by_time on reorganisations (created_at, id);

    -- agency_id and successor_id may name agencies that the plan will make
    create table reorganisation_agencies (
      reorganisation_id uuid not null references reorganisations,
      number            integer not null,
      agency_id         uuid not null,
      code              text not null,
      path              ltree,
      fate              text not null check (fate in ('made', 'closed', 'replaced', 'renamed', 'kept', 'relabelled')),
      successor_id      uuid,
      successor_code    text,
      name              text not null,
      certificate_name  text not null,
      locality          text,
      primary key (reorganisation_id, number)
    );
    create index reorganisation_agencies_by_path on reorganisation_agencies using gist (path) where path is not null;

    create table reorganisation_people (
      reorganisation_id uuid not null references reorganisations,
      official_id       uuid not null,
      from_agency_id    uuid not null,
      to_agency_id      uuid,
      primary key (reorganisation_id, official_id)
    );

    create table successions (
      certificate_id     uuid primary key references certificates,
      reorganisation_id  uuid not null references reorganisations,
      official_id        uuid references officials,
      new_certificate_id uuid references certificates,
      token_hash         bytea not null unique check (length(token_hash) = 32),
      request_id         uuid references requests,
      ends_at            timestamptz not null,
      settled_at         timestamptz,
      outcome            text,
      check ((settled_at is null) = (outcome is null))
    );
    create index successions_open on successions (ends_at) where settled_at is null;
    create index successions_by_reorganisation on successions (reorganisation_id);
  `);
  await db.raw(
    `insert into policies (id, key, value, effective_from, source, created_at, created_by)
     values (gen_random_uuid(), 'reorganisation.overlap_days', '90', timestamptz '2024-08-15 00:00:00+07',
       'own rule: the old certificate stays valid this long beside the new one', timestamptz '2024-08-15 00:00:00+07', 'migration')`);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
