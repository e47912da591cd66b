import type { Knex } from 'knex';
import type { Device, GroundName, Kind, Transfer } from '../requests/kinds.ts';
import type { StoredState } from '../requests/states.ts';
import type { Tx } from '../services.ts';

/** Everything that is printed on a form. */
export interface FormFacts {
  id: string;
  kind: Kind;
  state: StoredState;
  profile: string;
  contentHash: Uint8Array;
  composedAt: Date;
  subjectText: string;
  spkiHash: Uint8Array | null;
  days: number | null;
  endsAt: Date | null;
  device: Device | null;
  serviceName: string | null;
  ground: GroundName | null;
  reason: string | null;
  invalidityDate: Date | null;
  note: string | null;
  transfer: Transfer | null;
  wetSigned: boolean;
  agencyId: string;
  agencyCode: string;
  agencyPath: string;
  agencyName: string;
  locality: string | null;
  official: { name: string; position: string; email: string } | null;
  /** of the certificate that is renewed, changed, revoked or restored */
  serialNumber: string | null;
  notAfter: Date | null;
}

/** A request with the names that the registers hold. */
export async function findFormFacts(db: Knex, requestId: string): Promise<FormFacts | undefined> {
  const { rows } = await db.raw<{ rows: FormFacts[] }>(
    `select r.id, r.kind, r.state, r.profile, r.content_hash, r.composed_at, r.subject_text, r.spki_hash, r.days, r.ends_at, r.device, r.service_name,
       r.ground, r.reason, r.invalidity_date, r.note, r.transfer, r.wet_signed, a.id as agency_id, a.code as agency_code, a.path as agency_path,
       (select n.name from agency_names n where n.agency_id = a.id order by n.valid_from desc limit 1) as agency_name,
       (select x.locality from agencies x where x.path @> a.path and x.locality is not null order by nlevel(x.path) desc limit 1) as locality,
       case when o.id is not null then jsonb_build_object('name', o.name, 'position', o.position, 'email', o.email) end as official,
       encode(c.serial_number, 'hex') as serial_number, c.not_after
     from requests r join agencies a on a.id = r.agency_id left join officials o on o.id = r.official_id left join certificates c on c.id = r.certificate_id
     where r.id = ?`, [requestId]);
  return rows[0];
}

export interface PrintedRow { requestId: string; contentHash: Uint8Array; digest: Uint8Array; size: number; printedAt: Date }

/** Remembers what was printed; the same form again changes nothing. */
export async function insertPrinted(tx: Tx, { contentHash, digest, ...row }: PrintedRow): Promise<void> {
  await tx('printed_forms').insert({ ...row, contentHash: Buffer.from(contentHash), digest: Buffer.from(digest) }).onConflict().ignore();
}

export async function listPrinted(db: Knex, requestId: string, contentHash: Uint8Array): Promise<Pick<PrintedRow, 'digest' | 'size'>[]> {
  return db('printed_forms').where({ requestId, contentHash: Buffer.from(contentHash) }).select('digest', 'size');
}

export interface SignerRow { id: string; state: string; profile: string; agencyId: string | null; agencyPath: string | null; email: string | null }

/** The certificate of ours with this serial and SHA-256, and its official's e-mail where the official still serves. */
export async function findSigner(db: Knex, serialNumber: string, fingerprint: string): Promise<SignerRow | undefined> {
  const { rows } = await db.raw<{ rows: SignerRow[] }>(
    `select c.id, c.state, c.profile, c.agency_id, c.agency_path, o.email
     from certificates c left join officials o on o.id = c.official_id and o.left_at is null
     where c.serial_number = decode(?, 'hex') and sha256(c.der) = decode(?, 'hex')`, [serialNumber, fingerprint]);
  return rows[0];
}

/** The e-mail of an operator's account. */
export async function findOperatorEmail(db: Knex, operatorId: string): Promise<string | null> {
  const row = (await db('operators').where({ id: operatorId }).first('email')) as { email: string | null } | undefined;
  return row?.email ?? null;
}
