import type { Knex } from 'knex';
import type { CertificateItem } from '../certificates/find.ts';
import type { GroundName } from '../certificates/grounds.ts';
import type { Kind } from '../requests/kinds.ts';
import type { DecisionName } from '../requests/states.ts';

/** The name an agency has now. @param agency SQL that names its id */
const nameOf = (agency: string): string => `(select n.name from agency_names n where n.agency_id = ${agency} order by n.valid_from desc limit 1)`;
/** Who acted is kept as text, for it may be an official, an operator or the service. */
const actorName = (actor: string): string => `case when ${actor} ~ '^[0-9a-f-]{36}$' then coalesce(
  (select name from operators where id = ${actor}::uuid), (select name from officials where id = ${actor}::uuid)) end`;

export interface RelatedCertificate { id: string; serialNumber: string; state: CertificateItem['state']; notBefore: Date; notAfter: Date }

export interface CertificateFacts {
  officialName: string | null;
  agencyCode: string | null;
  agencyName: string | null;
  ground: GroundName | null;
  comment: string | null;
  replaces: RelatedCertificate | null;
  /** the newest first; a replacement that was revoked can be followed by another */
  replacedBy: RelatedCertificate[];
}

const related = (columns: string, where: string): string => `(select ${columns} from certificates x where ${where})`;
const asJson = `jsonb_build_object('id', x.id, 'serialNumber', encode(x.serial_number, 'hex'), 'state', x.state, 'notBefore', x.not_before, 'notAfter', x.not_after)`;

type JsonRelated = Omit<RelatedCertificate, 'notBefore' | 'notAfter'> & { notBefore: string; notAfter: string };
const fromJson = (row: JsonRelated): RelatedCertificate => ({ ...row, notBefore: new Date(row.notBefore), notAfter: new Date(row.notAfter) });

/** Whose a certificate is by name, why it was revoked, and what stands before and after it. */
export async function findCertificateFacts(db: Knex, id: string): Promise<CertificateFacts | undefined> {
  const { rows } = await db.raw<{ rows: (Omit<CertificateFacts, 'replaces' | 'replacedBy'> & { replaces: JsonRelated | null; replacedBy: JsonRelated[] | null })[] }>(
    `select o.name as official_name, a.code as agency_code, ${nameOf('a.id')} as agency_name, r.ground, r.comment,
       ${related(asJson, 'x.id = c.replaces_id')} as replaces,
       ${related(`jsonb_agg(${asJson} order by x.not_before desc)`, `x.replaces_id = c.id and x.state in ('issued', 'revoked', 'on_hold')`)} as replaced_by
     from certificates c left join officials o on o.id = c.official_id left join agencies a on a.id = c.agency_id
       left join revocations r on r.certificate_id = c.id where c.id = ?`, [id]);
  const [row] = rows;
  return row && { ...row, replaces: row.replaces && fromJson(row.replaces), replacedBy: (row.replacedBy ?? []).map(fromJson) };
}

/** One thing that happened in a request about a certificate: `submit`, or a decision. */
export interface RequestStep { requestId: string; kind: Kind; step: 'submit' | DecisionName; by: string | null; reason: string | null; at: Date }

/** What was asked and decided about a certificate: the request that brought it, and those about it since. The newest first. */
export async function listRequestSteps(db: Knex, certificateId: string, limit: number): Promise<RequestStep[]> {
  const { rows } = await db.raw<{ rows: RequestStep[] }>(
    `with asked as (
       select r.* from requests r where r.id = (select request_id from certificates where id = ?)
       union select r.* from requests r where r.certificate_id = ?)
     select id as request_id, kind, 'submit' as step, ${actorName('submitted_by')} as by, null as reason, created_at as at from asked
     union all select a.id, a.kind, d.decision, d.actor_name, d.reason, d.decided_at from asked a join decisions d on d.request_id = a.id
     order by at desc limit ?`, [certificateId, certificateId, limit]);
  return rows;
}

export interface AuditLine { sequence: number; at: Date; action: string; actorName: string }

/** What the audit holds of one thing, the newest first. */
export async function listAuditOf(db: Knex, subject: { type: string; id: string }, limit: number): Promise<AuditLine[]> {
  return db('audit_entries').where({ subjectType: subject.type, subjectId: subject.id }).orderBy('sequence', 'desc').limit(limit)
    .select<AuditLine[]>('sequence', 'at', 'action', 'actorName');
}
