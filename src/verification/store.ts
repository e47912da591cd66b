import type { Knex } from 'knex';
import type { Indication, SubIndication } from '../../pki/validation/report.ts';
import type { NamedDigest } from './digest-names.ts';
import type { EvidenceHash } from '../receipts/sign.ts';
import type { Tx } from '../services.ts';

export interface ReceiptSignature {
  id: string;
  field: string | null;
  indication: Indication;
  subIndication: SubIndication | null;
  codes: string[];
  /** SHA-256 of the signer's certificate; not whose it is */
  signer: string | null;
  proven: string | null;
}

/** What is kept of a verification: digest, verdict, time. Never the document. */
export interface VerificationRow {
  id: string;
  askedBy: string;
  agencyPath: string | null;
  documentDigest: Uint8Array;
  documentSize: number;
  format: string;
  policy: string;
  validationTime: Date;
  verifiedAt: Date;
  indication: Indication;
  subIndication: SubIndication | null;
  signatures: ReceiptSignature[];
  /** what the answer rested on beside the document itself */
  evidence: EvidenceHash[];
  /** what a detached signature was checked against */
  content: NamedDigest | null;
  /** the signed receipt; null where no key for it was certified */
  receipt: Uint8Array | null;
}

/** With the report of ETSI TS 119 102-2, which names nobody. */
export type NewVerification = VerificationRow & { etsiReport: string };

export async function insertVerification(tx: Tx, { signatures, evidence, content, ...row }: NewVerification): Promise<void> {
  await tx('verifications').insert({ ...row, signatures: JSON.stringify(signatures), evidence: JSON.stringify(evidence), content: content && JSON.stringify(content) });
}

export async function findVerification(db: Knex, id: string): Promise<VerificationRow | undefined> {
  return db('verifications').where({ id }).first('id', 'askedBy', 'agencyPath', 'documentDigest', 'documentSize', 'format', 'policy',
    'validationTime', 'verifiedAt', 'indication', 'subIndication', 'signatures', 'evidence', 'receipt', 'content') as Promise<VerificationRow | undefined>;
}

/** The XML report of an answer; undefined for one of before these were kept. */
export async function findEtsiReport(db: Knex, id: string): Promise<string | undefined> {
  const row = await db('verifications').where({ id }).first('etsiReport') as { etsiReport: string | null } | undefined;
  return row?.etsiReport ?? undefined;
}

/** Since when we have known a document by its digest. */
export async function findFirstSeen(db: Knex, documentDigest: Uint8Array): Promise<Date | undefined> {
  const row = await db('verifications').where({ documentDigest: Buffer.from(documentDigest) }).orderBy('verified_at').first('verifiedAt') as { verifiedAt: Date } | undefined;
  return row?.verifiedAt;
}
