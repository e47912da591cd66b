import type { Knex } from 'knex';

/** A key of the service itself with the certificate it works under. */
export interface OwnKeyRow {
  purpose: 'ca' | 'ocsp' | 'timestamp' | 'receipt';
  /** of the generation that certified it, or is it */
  label: string;
  provider: 'software' | 'pkcs11';
  scheme: string;
  state: 'prepared' | 'issued' | 'revoked' | 'on_hold' | 'void';
  notBefore: Date;
  notAfter: Date;
}

/** The keys whose certificates end after an instant: those of the authorities, and what they certified for the service. */
export async function listOwnKeys(db: Knex, endsAfter: Date): Promise<OwnKeyRow[]> {
  const { rows } = await db.raw<{ rows: OwnKeyRow[] }>(
    `with used (purpose, generation_id, key_id, certificate_id) as (
       select 'ca', id, key_id, certificate_id from authority_generations
       union all select 'ocsp', generation_id, key_id, certificate_id from ocsp_responders
       union all select 'timestamp', generation_id, key_id, certificate_id from timestamp_units
       union all select 'receipt', generation_id, key_id, certificate_id from receipt_units)
     select u.purpose, g.label, k.provider, k.scheme, c.state, c.not_before, c.not_after
     from used u join authority_generations g on g.id = u.generation_id join keys k on k.id = u.key_id join certificates c on c.id = u.certificate_id
     where c.not_after > ? and c.state <> 'void'
     order by array_position(array['ca', 'ocsp', 'timestamp', 'receipt'], u.purpose), g.label, c.not_after desc limit 200`, [endsAfter]);
  return rows;
}
