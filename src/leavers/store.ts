import type { Knex } from 'knex';

export interface Leaver { id: string; name: string; email: string; agencyId: string; agencyCode: string; blindIndex: Uint8Array | null }

/** Entries within a reach that have one of these numbers or e-mails; also of those who left already, for their certificates may live. */
export async function findLeavers(db: Knex, by: { indexes: readonly Uint8Array[]; emails: readonly string[]; within: string | undefined }): Promise<Leaver[]> {
  // knex's types know no bytes in arrays, pg does
  const indexes = by.indexes.map((index) => Buffer.from(index)) as unknown[] as string[];
  const { rows } = await db.raw<{ rows: Leaver[] }>(
    `select o.id, o.name, o.email, a.id as agency_id, a.code as agency_code, i.blind_index
     from officials o join agencies a on a.id = o.agency_id left join official_identities i on i.official_id = o.id
     where (i.blind_index = any(?::bytea[]) or o.email = any(?::text[])) ${by.within === undefined ? '' : 'and a.path <@ ?::ltree'}
     order by o.left_at nulls first, o.id`, by.within === undefined ? [indexes, [...by.emails]] : [indexes, [...by.emails], by.within]);
  return rows;
}

export interface LiveCertificate { id: string; officialId: string; serialNumber: string; notAfter: Date; openRequestId: string | null }

/** Certificates in force of these officials, and the request that would end each already. */
export async function listLive(db: Knex, officialIds: readonly string[], at: Date): Promise<LiveCertificate[]> {
  const { rows } = await db.raw<{ rows: LiveCertificate[] }>(
    `select c.id, c.official_id, encode(c.serial_number, 'hex') as serial_number, c.not_after,
       (select r.id from requests r where r.certificate_id = c.id and r.kind = 'revoke' and r.state in ('draft', 'confirmed', 'examined', 'returned') limit 1) as open_request_id
     from certificates c where c.official_id = any(?::uuid[]) and c.state in ('issued', 'on_hold') and c.not_after > ? order by c.not_after, c.id`, [[...officialIds], at]);
  return rows;
}
