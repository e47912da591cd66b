import type { Knex } from 'knex';
import type { GroundName, Kind } from '../requests/kinds.ts';

export interface DueRow { id: string; kind: Kind; subjectText: string; agencyCode: string; dueAt: Date; urgent: boolean; ground: GroundName | null }

/** Requests whose term ends before an instant, the most pressing first; an urgent one waits from its submission. */
export async function listDue(db: Knex, before: Date, options: { urgentOnly?: boolean; limit: number }): Promise<DueRow[]> {
  const { rows } = await db.raw<{ rows: DueRow[] }>(
    `select r.id, r.kind, r.subject_text, a.code as agency_code, r.due_at, r.urgent, r.ground from requests r join agencies a on a.id = r.agency_id
     where (r.state in ('confirmed', 'examined') or (r.urgent and r.state = 'draft')) and r.due_at <= ? ${options.urgentOnly ? 'and r.urgent' : ''}
     order by r.due_at, r.id limit ?`, [before, options.limit]);
  return rows;
}

/** Operators in service who can be written to. */
export async function listOperatorMails(db: Knex, at: Date): Promise<{ id: string; email: string }[]> {
  const { rows } = await db.raw<{ rows: { id: string; email: string }[] }>(
    `select o.id, o.email from operators o where o.active and o.email is not null and (o.expires_at is null or o.expires_at > ?)
       and exists (select 1 from operator_roles r where r.operator_id = o.id and r.role = 'operator') order by o.id`, [at]);
  return rows;
}
