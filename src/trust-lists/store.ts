import type { Knex } from 'knex';
import { findPage, type Page, type PageRequest } from '../database/paging.ts';
import type { Tx } from '../services.ts';

export interface TrustListRow {
  id: string;
  domain: string;
  operatorName: string;
  sequenceNumber: number;
  issuedAt: Date;
  nextUpdate: Date | null;
  /** SHA-256 of the file */
  digest: Uint8Array;
  signerFingerprint: Uint8Array;
  proposedAt: Date;
  proposedBy: string;
  decidedAt: Date | null;
  decidedBy: string | null;
  approved: boolean | null;
  /** where the service found it; null for one that a person handed in */
  fetchedFrom: string | null;
  /** when its next version was last looked for, and why none could be had */
  checkedAt: Date | null;
  checkFailure: string | null;
}

const columns = ['id', 'domain', 'operatorName', 'sequenceNumber', 'issuedAt', 'nextUpdate', 'digest', 'signerFingerprint', 'proposedAt', 'proposedBy', 'decidedAt', 'decidedBy', 'approved', 'fetchedFrom', 'checkedAt', 'checkFailure'];

export async function insertTrustList(tx: Tx, row: TrustListRow & { xml: Uint8Array }): Promise<void> {
  await tx('trust_lists').insert({ ...row, xml: Buffer.from(row.xml) });
}

export async function listTrustLists(db: Knex, page: PageRequest): Promise<Page<TrustListRow>> {
  return findPage<TrustListRow>(db('trust_lists').select(columns), ['proposed_at', 'id'], page);
}

/** Those handed in last. */
export async function listNewest(db: Knex, limit: number): Promise<TrustListRow[]> {
  return db('trust_lists').orderBy([{ column: 'proposedAt', order: 'desc' }, 'id']).limit(limit).select(columns) as Promise<TrustListRow[]>;
}

/** With the file itself. */
export async function findTrustList(db: Knex, id: string): Promise<TrustListRow & { xml: Uint8Array } | undefined> {
  return db('trust_lists').where({ id }).first([...columns, 'xml']) as Promise<TrustListRow & { xml: Uint8Array } | undefined>;
}

/** One decision at a time, or two lists of one domain could both rise above the same third. */
export async function lockDecisions(tx: Tx): Promise<void> {
  await tx.raw('lock table trust_lists in share row exclusive mode');
}

/** With the file itself. */
export async function lockTrustList(tx: Tx, id: string): Promise<TrustListRow & { xml: Uint8Array } | undefined> {
  return tx('trust_lists').where({ id }).forUpdate().first([...columns, 'xml']) as Promise<TrustListRow & { xml: Uint8Array } | undefined>;
}

/** The list that holds for a domain. */
export async function findLastApproved(db: Knex, domain: string): Promise<TrustListRow | undefined> {
  return db('trust_lists').where({ domain, approved: true }).orderBy('sequence_number', 'desc').first(columns) as Promise<TrustListRow | undefined>;
}

export async function markDecided(tx: Tx, id: string, decision: Pick<TrustListRow, 'decidedAt' | 'decidedBy' | 'approved'>): Promise<void> {
  await tx('trust_lists').where({ id }).update(decision);
}

/** The list that holds for each domain. */
export async function listInForce(db: Knex): Promise<TrustListRow[]> {
  return db('trust_lists').distinctOn('domain').where({ approved: true }).orderBy([{ column: 'domain' }, { column: 'sequence_number', order: 'desc' }]).select(columns) as Promise<TrustListRow[]>;
}

/** Whether this very file was handed in or fetched for a domain before, whatever became of it. */
export async function isKnownFile(db: Knex, domain: string, digest: Uint8Array): Promise<boolean> {
  return await db('trust_lists').where({ domain, digest: Buffer.from(digest) }).first('id') !== undefined;
}

export async function markChecked(tx: Tx, id: string, { at, failure }: { at: Date; failure: string | null }): Promise<void> {
  await tx('trust_lists').where({ id }).update({ checkedAt: at, checkFailure: failure });
}

/** A person stands behind a list that the service fetched. */
export async function markProposed(tx: Tx, id: string, { proposedBy, proposedAt }: Pick<TrustListRow, 'proposedBy' | 'proposedAt'>): Promise<void> {
  await tx('trust_lists').where({ id }).update({ proposedBy, proposedAt });
}

/** Lists that still wait and are older than this one: approving them would give back what it took away. */
export async function markOvertaken(tx: Tx, { domain, sequenceNumber, id }: TrustListRow, decision: Pick<TrustListRow, 'decidedAt' | 'decidedBy'>): Promise<void> {
  await tx('trust_lists').where({ domain }).whereNull('decidedAt').whereNot({ id }).where('sequence_number', '<=', sequenceNumber).update({ ...decision, approved: false });
}

/** Where administrators are reached by mail. */
export async function listAdministratorMails(db: Knex): Promise<string[]> {
  return db('operators').join('operator_roles', 'operator_roles.operator_id', 'operators.id').where({ role: 'administrator', active: true }).whereNotNull('email').orderBy('email').distinct().pluck('email') as Promise<string[]>;
}
