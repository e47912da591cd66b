import type { Knex } from 'knex';
import type { NameParts } from '../../pki/name/build.ts';
import { findPage, type Page, type PageRequest } from '../database/paging.ts';
import type { Device, GroundName, Kind, Transfer } from '../requests/kinds.ts';
import type { DecisionName, State, StoredState } from '../requests/states.ts';

/** The step a request waits for, or how it ended. */
export const steps = ['confirm', 'examine', 'approve', 'returned', 'ended'] as const;
export type Step = (typeof steps)[number];

export interface WorkFilter {
  /** those that wait for one of these */
  steps: readonly Step[];
  kind?: Kind | undefined;
  urgent?: boolean | undefined;
  /** words of the subject, with or without diacritics */
  q?: string | undefined;
  /** trees of agencies that all must hold it */
  within: readonly string[];
  /** only those whose term ended before this */
  dueBefore?: Date | undefined;
}

export interface WorkItem {
  id: string; kind: Kind; state: State; urgent: boolean; dueAt: Date | null; subjectText: string; profile: string;
  agencyCode: string; agencyName: string; holder: string | null; createdAt: Date;
}

const stateOf: Readonly<Record<Step, readonly StoredState[]>> = {
  confirm: ['draft'], examine: ['confirmed'], approve: ['examined'], returned: ['returned'], ended: ['approved', 'completed', 'refused'],
};

const agencyName = '(select n.name from agency_names n where n.agency_id = a.id order by n.valid_from desc limit 1)';

/** To people, an approved request whose certificate is signed is issued. */
const shownState = (certificate: string): string =>
  `case when r.state = 'approved' and ${certificate}.state in ('issued', 'revoked', 'on_hold') then 'issued' else r.state end`;

/** Requests by their term, the most pressing first; those without a running term by when they were handed in. */
export async function listWork(db: Knex, filter: WorkFilter, page: PageRequest): Promise<Page<WorkItem>> {
  const query = filtered(db, filter).leftJoin('officials as o', 'o.id', 'r.officialId')
    .leftJoin('certificates as c', 'c.id', 'r.newCertificateId')
    .select('r.id', 'r.kind', 'r.urgent', 'r.dueAt', 'r.subjectText', 'r.profile', 'a.code as agencyCode', 'r.createdAt')
    .select(db.raw(`${shownState('c')} as state, ${agencyName} as agency_name, coalesce(o.name, r.service_name) as holder`));
  const byTerm = filter.steps.every((step) => step === 'examine' || step === 'approve');
  return byTerm ? findPage(query, ['r.dueAt', 'r.id'], page) : findPage(query, ['r.createdAt', 'r.id'], page, 'desc');
}

function filtered(db: Knex, filter: WorkFilter): Knex.QueryBuilder {
  const query = db('requests as r').join('agencies as a', 'a.id', 'r.agencyId').whereIn('r.state', filter.steps.flatMap((step) => stateOf[step]));
  for (const path of filter.within) void query.whereRaw('a.path <@ ?::ltree', [path]);
  if (filter.kind) void query.where('r.kind', filter.kind);
  if (filter.urgent) void query.where('r.urgent', true);
  if (filter.dueBefore) void query.where('r.dueAt', '<=', filter.dueBefore);
  for (const word of (filter.q ?? '').split(/\s+/).filter(Boolean).slice(0, 8)) {
    void query.whereRaw(`r.id in (select request_id from request_texts where text like '%' || search_text(?) || '%')`, [word.replaceAll(/[\\%_]/g, String.raw`\$&`)]);
  }
  return query;
}

/** How many wait for each step below an agency, and how many of them are late. */
export async function countWork(db: Knex, within: string | undefined, at: Date): Promise<{ state: StoredState; waiting: number; late: number }[]> {
  const { rows } = await db.raw<{ rows: { state: StoredState; waiting: number; late: number }[] }>(
    `select r.state, count(*)::int as waiting, (count(*) filter (where r.due_at <= ?))::int as late from requests r join agencies a on a.id = r.agency_id
     where r.state in ('draft', 'confirmed', 'examined', 'returned') ${within === undefined ? '' : 'and a.path <@ ?::ltree'} group by r.state`,
    within === undefined ? [at] : [at, within]);
  return rows;
}

export interface WholeRequest {
  id: string; kind: Kind; state: State; round: number; profile: string; agencyId: string; agencyCode: string; agencyName: string; agencyPath: string;
  officialId: string | null; holder: string | null; position: string | null; email: string | null; identityCheck: string | null; identityCheckedAt: Date | null;
  serviceName: string | null; device: Device | null; certificateId: string | null; newCertificateId: string | null; formerSubject: string | null; formerNotAfter: Date | null;
  subject: NameParts; spki: Uint8Array | null; spkiHash: Uint8Array | null; days: number | null; endsAt: Date | null; ground: GroundName | null;
  reason: string | null; invalidityDate: Date | null; note: string | null; transfer: Transfer | null; wetSigned: boolean; urgent: boolean; contentHash: Uint8Array;
  submittedBy: string; amendedBy: string | null; confirmedBy: string | null; examinedBy: string | null; dueAt: Date | null; createdAt: Date;
}

/** A request with everything that those who decide on it want to see. */
export async function findWhole(db: Knex, id: string): Promise<WholeRequest | undefined> {
  const { rows } = await db.raw<{ rows: WholeRequest[] }>(
    `select r.id, r.kind, ${shownState('n')} as state, r.round, r.profile,
       r.agency_id, a.code as agency_code, ${agencyName} as agency_name, a.path as agency_path, r.official_id, coalesce(o.name, r.service_name) as holder, o.position, o.email,
       case when r.official_id is not null then coalesce(i.check_state, 'not-checked') end as identity_check, i.checked_at as identity_checked_at,
       r.service_name, r.device, r.certificate_id, r.new_certificate_id, c.subject_text as former_subject, c.not_after as former_not_after,
       r.subject, r.spki, r.spki_hash, r.days, r.ends_at, r.ground, r.reason, r.invalidity_date, r.note, r.transfer, r.wet_signed, r.urgent, r.content_hash,
       r.submitted_by, r.amended_by, r.confirmed_by, r.examined_by, r.due_at, r.created_at
     from requests r join agencies a on a.id = r.agency_id left join officials o on o.id = r.official_id left join official_identities i on i.official_id = r.official_id
       left join certificates c on c.id = r.certificate_id left join certificates n on n.id = r.new_certificate_id where r.id = ?`, [id]);
  return rows[0];
}

export interface TakenDecision { decision: DecisionName; round: number; actorName: string; reason: string | null; decidedAt: Date }

export async function listTaken(db: Knex, requestId: string): Promise<TakenDecision[]> {
  return db('decisions').where({ requestId }).orderBy(['decidedAt', 'round']).select('decision', 'round', 'actorName', 'reason', 'decidedAt');
}

/** Whose a key is by what was seen of it before; null for one never seen. */
export async function findKeyHolder(db: Knex, spkiHash: Uint8Array): Promise<{ holder: string; firstSeenAt: Date } | undefined> {
  return db('subject_keys').where({ spkiHash: Buffer.from(spkiHash) }).first('holder', 'firstSeenAt') as Promise<{ holder: string; firstSeenAt: Date } | undefined>;
}
