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
}

const columns = ['id', 'domain', 'operatorName', 'sequenceNumber', 'issuedAt', 'nextUpdate', 'digest', 'signerFingerprint', 'proposedAt', 'proposedBy', 'decidedAt', 'decidedBy', 'approved'];

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
