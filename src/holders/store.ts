import type { Knex } from 'knex';

export interface OwnCertificate {
  id: string;
  serialNumber: string;
  subjectText: string;
  profile: string;
  state: 'issued' | 'revoked' | 'on_hold';
  notBefore: Date;
  notAfter: Date;
  generationId: string;
  der: Uint8Array;
  agencyPath: string | null;
  revokedAt: Date | null;
  /** the legal ground of its revocation, where one was named */
  ground: string | null;
  /** another certificate has taken its place */
  replaced: boolean;
}

const certificates = `select c.id, encode(c.serial_number, 'hex') as serial_number, c.subject_text, c.profile, c.state, c.not_before, c.not_after, c.generation_id, c.der, c.agency_path,
    v.revoked_at, v.ground, exists (select 1 from certificates n where n.replaces_id = c.id and n.state in ('issued', 'revoked', 'on_hold')) as replaced
  from certificates c left join revocations v on v.certificate_id = c.id
  where c.official_id = ? and c.state in ('issued', 'revoked', 'on_hold')`;

const mostListed = 50;

/** An official's certificates wherever they served then, the newest first. */
export async function listOwnCertificates(db: Knex, officialId: string): Promise<OwnCertificate[]> {
  const { rows } = await db.raw<{ rows: OwnCertificate[] }>(`${certificates} order by c.prepared_at desc, c.id limit ${mostListed}`, [officialId]);
  return rows;
}

export async function findOwnCertificate(db: Knex, officialId: string, id: string): Promise<OwnCertificate | undefined> {
  const { rows } = await db.raw<{ rows: OwnCertificate[] }>(`${certificates} and c.id = ?`, [officialId, id]);
  return rows[0];
}

export interface OwnRequest {
  id: string;
  kind: 'issue' | 'renew' | 'change' | 'revoke' | 'restore-device';
  /** `issued` once the certificate is signed */
  state: 'draft' | 'confirmed' | 'examined' | 'approved' | 'completed' | 'returned' | 'refused' | 'issued';
  subjectText: string;
  /** hex; the key it asks a certificate for */
  keyHash: string | null;
  certificateId: string | null;
  newCertificateId: string | null;
  createdAt: Date;
  stateChangedAt: Date;
  dueAt: Date | null;
  /** decided by the holder alone, as a policy allowed */
  byHolder: boolean;
  /** why it was returned or refused, the last time */
  reason: string | null;
}

const requests = `select r.id, r.kind, case when r.state = 'approved' and n.state in ('issued', 'revoked', 'on_hold') then 'issued' else r.state end as state,
    r.subject_text, encode(r.spki_hash, 'hex') as key_hash, r.certificate_id, r.new_certificate_id, r.created_at, r.state_changed_at, r.due_at,
    coalesce(r.approved_by = r.official_id::text, false) as by_holder,
    (select d.reason from decisions d where d.request_id = r.id and d.decision in ('return', 'refuse') order by d.decided_at desc limit 1) as reason
  from requests r left join certificates n on n.id = r.new_certificate_id where r.official_id = ?`;

/** The requests about an official, whoever handed them in, the newest first. */
export async function listOwnRequests(db: Knex, officialId: string): Promise<OwnRequest[]> {
  const { rows } = await db.raw<{ rows: OwnRequest[] }>(`${requests} order by r.created_at desc, r.id limit ${mostListed}`, [officialId]);
  return rows;
}

export async function findOwnRequest(db: Knex, officialId: string, id: string): Promise<OwnRequest | undefined> {
  const { rows } = await db.raw<{ rows: OwnRequest[] }>(`${requests} and r.id = ?`, [officialId, id]);
  return rows[0];
}

/** The open request that would replace a certificate. */
export async function findOpenReplacement(db: Knex, officialId: string, certificateId: string): Promise<OwnRequest | undefined> {
  const { rows } = await db.raw<{ rows: OwnRequest[] }>(
    `${requests} and r.certificate_id = ? and r.kind in ('renew', 'change') and r.state in ('draft', 'confirmed', 'examined', 'returned') limit 1`, [officialId, certificateId]);
  return rows[0];
}

/** Where an official is written to. */
export async function findHolder(db: Knex, officialId: string): Promise<{ name: string; email: string } | undefined> {
  return db('officials').where({ id: officialId }).first('name', 'email') as Promise<{ name: string; email: string } | undefined>;
}
