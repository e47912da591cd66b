import type { Knex } from 'knex';

export interface NamedAgency { id: string; code: string; path: string; closed: boolean; /** from level 1 down to the agency's own */ names: string[] }

/** Agencies within a reach whose own present name is one of these, whatever their case and diacritics. */
export async function findAgenciesNamed(db: Knex, names: readonly string[], within: string | undefined): Promise<NamedAgency[]> {
  const { rows } = await db.raw<{ rows: NamedAgency[] }>(
    `select a.id, a.code, a.path, a.valid_to is not null as closed,
       (select array_agg((select p.name from agency_names p where p.agency_id = x.id order by p.valid_from desc limit 1) order by nlevel(x.path)) from agencies x where x.path @> a.path) as names
     from agencies a cross join lateral (select name from agency_names where agency_id = a.id order by valid_from desc limit 1) n
     where search_text(n.name) = any(array(select search_text(u) from unnest(?::text[]) as u)) ${within === undefined ? '' : 'and a.path <@ ?::ltree'}
     order by a.valid_to is not null, a.path`, within === undefined ? [[...names]] : [[...names], within]);
  return rows;
}

export interface Person { id: string; agencyId: string; name: string; email: string; blindIndex: Uint8Array | null }

/** Serving officials, anywhere, who have one of these numbers or e-mails. */
export async function findPeople(db: Knex, blindIndexes: readonly Uint8Array[], emails: readonly string[]): Promise<Person[]> {
  // knex's types know no bytes in arrays, pg does
  const indexes = blindIndexes.map((index) => Buffer.from(index)) as unknown[] as string[];
  const { rows } = await db.raw<{ rows: Person[] }>(
    `select o.id, o.agency_id, o.name, o.email, i.blind_index from officials o left join official_identities i on i.official_id = o.id
     where o.left_at is null and (i.blind_index = any(?::bytea[]) or o.email = any(?::text[]))`, [indexes, [...emails]]);
  return rows;
}

/** Certificates by serial number, lower-case hex, with whom they were issued to. */
export async function findOldCertificates(db: Knex, serials: readonly string[]): Promise<{ serialNumber: string; officialId: string | null }[]> {
  const { rows } = await db.raw<{ rows: { serialNumber: string; officialId: string | null }[] }>(
    `select u.s as serial_number, c.official_id from unnest(?::text[]) as u (s) join certificates c on c.serial_number = decode(u.s, 'hex')`, [[...serials]]);
  return rows;
}

export interface ExportedRow { officialId: string; name: string; email: string; position: string; names: string[]; locality: string | null; device: string | null; oldSerial: string | null }

/** The officials for whom certificates are asked for first, within a reach, in the order of their requests. */
export async function listAskedFor(db: Knex, { state, within, limit }: { state: string; within: readonly string[]; limit: number }): Promise<ExportedRow[]> {
  const reach = within.map(() => 'and a.path <@ ?::ltree').join(' ');
  const { rows } = await db.raw<{ rows: ExportedRow[] }>(
    `select o.id as official_id, o.name, o.email, o.position, r.device, substring(r.note from 'CTS cũ: ([0-9a-f]+)') as old_serial,
       (select array_agg((select p.name from agency_names p where p.agency_id = x.id order by p.valid_from desc limit 1) order by nlevel(x.path)) from agencies x where x.path @> a.path) as names,
       (select x.locality from agencies x where x.path @> a.path and x.locality is not null order by nlevel(x.path) desc limit 1) as locality
     from requests r join agencies a on a.id = r.agency_id join officials o on o.id = r.official_id
     where r.kind = 'issue' and r.state = ? ${reach} order by r.created_at, r.id limit ?`, [state, ...within, limit]);
  return rows;
}
