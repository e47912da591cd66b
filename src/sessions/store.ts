import type { Knex } from 'knex';
import type { Role, Tx } from '../services.ts';

export interface SessionRow {
  id: string;
  operatorId: string | null;
  officialId: string | null;
  method: string;
  address: string;
  userAgent: string;
  createdAt: Date;
  lastSeenAt: Date;
  /** the absolute end; an idle session ends earlier */
  expiresAt: Date;
  endedAt: Date | null;
  /** the certificate that began it: it ends with that one */
  certificateId: string | null;
}

/** A person who can sign in, as the registers have them now. */
export interface SubjectRow {
  operatorId: string | null;
  officialId: string | null;
  name: string;
  agencyPath: string | null;
  roles: Role[];
  /** may sign in now, apart from `until` */
  active: boolean;
  until: Date | null;
}

const columns = ['id', 'operatorId', 'officialId', 'method', 'address', 'userAgent', 'createdAt', 'lastSeenAt', 'expiresAt', 'endedAt', 'certificateId'] as const;

const proofStands = `(certificate_id is null or exists (select from certificates c where c.id = certificate_id and c.state = 'issued'))`;

const subjectColumns = `coalesce(o.name, f.name) as name, case when o.id is not null then o.agency_path else a.path end as agency_path,
  coalesce(o.active and o.kind = 'person', f.left_at is null) as active, o.expires_at as until,
  array(select r.role from operator_roles r join roles x on x.name = r.role where r.operator_id = o.id order by x.position) as roles`;

/** With whose it is, and whether the certificate that began it still stands. */
export type KnownSession = SessionRow & SubjectRow & { proofStands: boolean };

/** A session by the hash of its token. */
export async function findSessionByHash(db: Knex, tokenHash: Uint8Array): Promise<KnownSession | undefined> {
  const { rows } = await db.raw<{ rows: KnownSession[] }>(
    `select s.id, s.operator_id, s.official_id, s.method, s.address, s.user_agent, s.created_at, s.last_seen_at, s.expires_at, s.ended_at, s.certificate_id,
       ${proofStands} as proof_stands, ${subjectColumns}
     from sessions s left join operators o on o.id = s.operator_id left join officials f on f.id = s.official_id left join agencies a on a.id = f.agency_id
     where s.token_hash = ?`, [Buffer.from(tokenHash)]);
  return rows[0];
}

export async function findSubject(db: Knex, { kind, id }: { kind: 'operator' | 'official'; id: string }): Promise<SubjectRow | undefined> {
  const from = kind === 'operator'
    ? 'operators o left join officials f on false left join agencies a on false where o.id = ?'
    : 'officials f join agencies a on a.id = f.agency_id left join operators o on false where f.id = ?';
  const { rows } = await db.raw<{ rows: SubjectRow[] }>(`select o.id as operator_id, f.id as official_id, ${subjectColumns} from ${from}`, [id]);
  return rows[0];
}

export async function insertSession(tx: Tx, row: SessionRow & { tokenHash: Uint8Array }): Promise<void> {
  await tx('sessions').insert({ ...row, tokenHash: Buffer.from(row.tokenHash) });
}

/** No transaction of an operation: nothing hangs on it, and a read must not wait for it. */
export async function markSeen(db: Knex, id: string, lastSeenAt: Date): Promise<void> {
  await db('sessions').where({ id }).update({ lastSeenAt });
}

/** Those of one person that can still be used, the newest first. */
export async function listOpen(db: Knex, subject: Pick<SessionRow, 'operatorId' | 'officialId'>, at: { now: Date; seenAfter: Date }): Promise<SessionRow[]> {
  return db('sessions').where(subject).whereNull('endedAt').where('expiresAt', '>', at.now).where('lastSeenAt', '>', at.seenAfter).whereRaw(proofStands)
    .orderBy('createdAt', 'desc').limit(100).select(...columns) as Promise<SessionRow[]>;
}

/** Ends sessions of one person; all of them but one, or only one. Answers which. */
export async function markEnded(
  tx: Tx, subject: Pick<SessionRow, 'operatorId' | 'officialId'>, which: { only?: string; except?: string }, endedAt: Date,
): Promise<string[]> {
  const query = tx('sessions').where(subject).whereNull('endedAt');
  if (which.only !== undefined) void query.where({ id: which.only });
  if (which.except !== undefined) void query.whereNot({ id: which.except });
  return ((await query.update({ endedAt }).returning('id')) as { id: string }[]).map(({ id }) => id);
}

/** What ended before a day is kept in the audit alone. */
export async function deleteEnded(tx: Tx, before: Date): Promise<number> {
  return tx('sessions').where('expiresAt', '<', before).delete();
}
