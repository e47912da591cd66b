import type { Knex } from 'knex';
import { absorbedProvinces, ministries, provinces } from './agencies-level-1.ts';

/**
 * The register of agencies: identifier codes with their other spellings, names with their history, the tree.
 * Level 1 comes filled in: the provinces since 1 July 2025 with those they absorbed, and the ministries.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table agencies (
      id              uuid primary key,
      code            text not null unique check (code ~ '^[A-Z][0-9]{2}([.][0-9]{1,4})*$' and length(code) <= 35),
      kind            text not null check (kind in ('province', 'ministry', 'unit')),
      parent_id       uuid references agencies,
      path            ltree not null unique,
      unit_code       text check (unit_code ~ '^([0-9]{2}|[0-9]{5})$'),
      locality        text check (length(locality) <= 128),
      valid_from      timestamptz not null,
      valid_to        timestamptz check (valid_to > valid_from),
      successor_id    uuid references agencies check (successor_id <> id),
      to_be_confirmed boolean not null default false,
      source          text,
      created_at      timestamptz not null,
      updated_at      timestamptz not null,
      check (successor_id is null or valid_to is not null),
      check ((kind = 'unit') = (parent_id is not null))
    );
    create index agencies_by_path on agencies using gist (path);
    create index agencies_by_parent on agencies (parent_id);
    create index agencies_by_successor on agencies (successor_id) where successor_id is not null;
    comment on column agencies.path is 'one label per agency; an absorbed province hangs below its successor, which looks after its subscribers';
    comment on column agencies.unit_code is 'administrative unit code, follows the headquarters; never derived from the code, which follows the name';
    comment on column agencies.locality is 'L of the names in certificates; taken from the nearest agency above where null';

    create table agency_names (
      agency_id        uuid not null references agencies,
      name             text not null check (length(name) between 1 and 250),
      certificate_name text not null check (length(certificate_name) between 1 and 64),
      valid_from       timestamptz not null,
      valid_to         timestamptz check (valid_to > valid_from),
      primary key (agency_id, valid_from),
      exclude using gist (agency_id with =, tstzrange(valid_from, valid_to) with &&)
    );
    create index agency_names_by_search on agency_names using gin (search_text(name) gin_trgm_ops);

    create table agency_aliases (
      alias     text primary key check (length(alias) between 1 and 35),
      agency_id uuid not null references agencies
    );
    create index agency_aliases_by_agency on agency_aliases (agency_id);
  `);
  await insertLevelOne(db);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}

async function insertLevelOne(db: Knex): Promise<void> {
  const rows = [
    ...provinces.map((p) => ({ ...p, kind: 'province', path: p.code, toBeConfirmed: p.source === undefined })),
    ...absorbedProvinces.map((p) => ({ ...p, kind: 'province', path: `${p.successor}.${p.code}`, toBeConfirmed: p.source === undefined })),
    ...ministries.map((m) => ({ ...m, kind: 'ministry', path: m.code, toBeConfirmed: true })),
  ];
  const json = JSON.stringify(rows);
  const record = `jsonb_to_recordset(?::jsonb) as r (code text, name text, kind text, path text, "unitCode" text, locality text,
    "validFrom" timestamptz, "validTo" timestamptz, successor text, "toBeConfirmed" boolean, source text)`;
  await db.raw(
    `insert into agencies (id, code, kind, path, unit_code, locality, valid_from, valid_to, to_be_confirmed, source, created_at, updated_at)
     select gen_random_uuid(), code, kind, path::ltree, "unitCode", locality, "validFrom", "validTo", "toBeConfirmed", source,
            timestamptz '2025-07-01 00:00:00+07', timestamptz '2025-07-01 00:00:00+07'
     from ${record}`, [json]);
  await db.raw(
    `update agencies a set successor_id = s.id
     from ${record} join agencies s on s.code = r.successor where a.code = r.code`, [json]);
  await db.raw(
    `insert into agency_names (agency_id, name, certificate_name, valid_from, valid_to)
     select a.id, r.name, r.name, a.valid_from, a.valid_to from ${record} join agencies a on a.code = r.code`, [json]);
  await db.raw(`insert into agency_aliases (alias, agency_id) select '000.00.00.' || code, id from agencies`);
}
