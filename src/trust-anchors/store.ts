import type { Knex } from 'knex';
import { findPage, type Page, type PageRequest } from '../database/paging.ts';
import type { Tx } from '../services.ts';

export interface TrustAnchorRow {
  id: string;
  /** SHA-256 of the certificate: this is what is trusted */
  fingerprint: Uint8Array;
  certificate: Uint8Array;
  subjectText: string;
  label: string;
  domain: string;
  scope: 'signing' | 'timestamping' | 'any';
  trustedFrom: Date;
  trustedUntil: Date | null;
  createdAt: Date;
  createdBy: string;
  confirmedAt: Date | null;
  confirmedBy: string | null;
  withdrawnAt: Date | null;
  withdrawnBy: string | null;
  withdrawalProposedAt: Date | null;
  withdrawalProposedBy: string | null;
  withdrawalReason: string | null;
  /** the trusted list that says so */
  listId: string | null;
}

const columns = ['id', 'fingerprint', 'certificate', 'subjectText', 'label', 'domain', 'scope', 'trustedFrom', 'trustedUntil',
  'createdAt', 'createdBy', 'confirmedAt', 'confirmedBy', 'withdrawnAt', 'withdrawnBy',
  'withdrawalProposedAt', 'withdrawalProposedBy', 'withdrawalReason', 'listId'];

/** Stores an anchor unless its certificate is there already; says whether it did. */
export async function insertTrustAnchor(tx: Tx, row: TrustAnchorRow): Promise<boolean> {
  const inserted = await tx('trust_anchors').insert(row).onConflict(tx.raw('(fingerprint) where withdrawn_at is null')).ignore().returning('id');
  return inserted.length === 1;
}

export interface AnchorFilter { /** waiting: for a second person's yes, to the anchor or to its withdrawal */ state?: 'waiting' | 'in-force' | 'withdrawn' | undefined }

export async function listTrustAnchors(db: Knex, page: PageRequest, { state }: AnchorFilter = {}): Promise<Page<TrustAnchorRow>> {
  const query = db('trust_anchors').select(columns);
  if (state === 'withdrawn') void query.whereNotNull('withdrawnAt');
  if (state === 'in-force') void query.whereNotNull('confirmedAt').whereNull('withdrawnAt');
  if (state === 'waiting') void query.whereNull('withdrawnAt').where((one) => one.whereNull('confirmedAt').orWhereNotNull('withdrawalProposedAt'));
  return findPage<TrustAnchorRow>(query, ['label', 'id'], page);
}

export type NamedAnchorRow = TrustAnchorRow & { createdByName: string | null; confirmedByName: string | null };

export async function findTrustAnchor(db: Knex, id: string): Promise<NamedAnchorRow | undefined> {
  const nameOf = (column: string) => db.raw(`(select name from operators where operators.id::text = trust_anchors.${column}::text) as ${column}_name`);
  return db('trust_anchors').where({ id }).first([...columns, nameOf('created_by'), nameOf('confirmed_by')]) as Promise<NamedAnchorRow | undefined>;
}

/** Anchors that two people stand behind and nobody withdrew. Whether their dates fit is the validator's question. */
export async function findTrustAnchorsInForce(db: Knex): Promise<TrustAnchorRow[]> {
  return db('trust_anchors').whereNotNull('confirmedAt').whereNull('withdrawnAt').orderBy('id').select(columns) as Promise<TrustAnchorRow[]>;
}

export async function lockTrustAnchor(tx: Tx, id: string): Promise<TrustAnchorRow | undefined> {
  return tx('trust_anchors').where({ id }).forUpdate().first(columns) as Promise<TrustAnchorRow | undefined>;
}

export async function markAnchor(tx: Tx, id: string, change: Partial<Omit<TrustAnchorRow, 'id' | 'fingerprint' | 'certificate'>>): Promise<void> {
  await tx('trust_anchors').where({ id }).update(change);
}

/** The anchors of a domain that nobody withdrew, locked. */
export async function lockAnchorsOf(tx: Tx, domain: string): Promise<TrustAnchorRow[]> {
  return tx('trust_anchors').where({ domain }).whereNull('withdrawnAt').orderBy('id').forUpdate().select(columns) as Promise<TrustAnchorRow[]>;
}
