import type { Knex } from 'knex';
import type { Tx } from '../services.ts';

export interface CodeRow { certificateId: string; codeHash: Uint8Array; madeAt: Date; madeBy: string }

/** Stores codes; where a certificate has one it is replaced only if `replace` says so. Answers the certificates whose code is now this one. */
export async function saveCodes(tx: Tx, rows: readonly CodeRow[], replace: boolean): Promise<ReadonlySet<string>> {
  const query = tx('revocation_codes').insert(rows.map((row) => ({ ...row, codeHash: Buffer.from(row.codeHash) }))).onConflict('certificateId');
  const saved = (await (replace ? query.merge() : query.ignore()).returning('certificateId')) as { certificateId: string }[];
  return new Set(saved.map(({ certificateId }) => certificateId));
}

export interface CodedCertificate { id: string; state: string; codeHash: Uint8Array | null }

/** The certificates with this serial number, lower-case hex; one, unless two issuers gave the same. */
export async function findCoded(db: Knex, serialNumber: string): Promise<CodedCertificate[]> {
  const { rows } = await db.raw<{ rows: CodedCertificate[] }>(
    `select c.id, c.state, k.code_hash from certificates c left join revocation_codes k on k.certificate_id = c.id where c.serial_number = decode(?, 'hex')`, [serialNumber]);
  return rows;
}

export interface Holder { id: string; serialNumber: string; profile: string; state: string; agencyPath: string | null; name: string | null; email: string | null }

const holders = `select c.id, encode(c.serial_number, 'hex') as serial_number, c.profile, c.state, c.agency_path, o.name, o.email
  from certificates c left join officials o on o.id = c.official_id and o.left_at is null`;

export async function findHolderOf(db: Knex, certificateId: string): Promise<Holder | undefined> {
  const { rows } = await db.raw<{ rows: Holder[] }>(`${holders} where c.id = ?`, [certificateId]);
  return rows[0];
}

export type Uncoded = Holder & { preparedAt: Date };
/** Where a certificate comes in the order they are made. */
export type Place = Pick<Uncoded, 'preparedAt' | 'id'>;

/** Officials whose certificate, made after that one, is issued and has no code; the oldest first, locked, so that two runs share them. */
export async function lockUncoded(tx: Tx, after: Place, limit: number): Promise<Uncoded[]> {
  const { rows } = await tx.raw<{ rows: Uncoded[] }>(
    `select c.id, encode(c.serial_number, 'hex') as serial_number, c.profile, c.state, c.agency_path, o.name, o.email, c.prepared_at
     from certificates c join officials o on o.id = c.official_id and o.left_at is null
     where c.state = 'issued' and (c.prepared_at, c.id) > (?, ?::uuid) and o.email is not null
       and not exists (select 1 from revocation_codes k where k.certificate_id = c.id)
     order by c.prepared_at, c.id limit ? for update of c skip locked`, [after.preparedAt, after.id, limit]);
  return rows;
}
