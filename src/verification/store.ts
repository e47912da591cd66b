import type { Knex } from 'knex';
import type { Indication, SubIndication } from '../../pki/validation/report.ts';
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
  /** the signed receipt; null where no key for it was certified */
  receipt: Uint8Array | null;
}

export async function insertVerification(tx: Tx, { signatures, evidence, ...row }: VerificationRow): Promise<void> {
  await tx('verifications').insert({ ...row, signatures: JSON.stringify(signatures), evidence: JSON.stringify(evidence) });
}

export async function findVerification(db: Knex, id: string): Promise<VerificationRow | undefined> {
  return db('verifications').where({ id }).first('id', 'askedBy', 'agencyPath', 'documentDigest', 'documentSize', 'format', 'policy',
    'validationTime', 'verifiedAt', 'indication', 'subIndication', 'signatures', 'evidence', 'receipt') as Promise<VerificationRow | undefined>;
}

/** Our CA certificates: first those that may have issued (by subject or key), then the rest, for the way up. */
export async function findIssuerCertificates(db: Knex, subjectDer: Uint8Array, keyIdentifier: Uint8Array | null, most: number): Promise<Uint8Array[]> {
  const { rows } = await db.raw<{ rows: { der: Uint8Array }[] }>(
    `select c.der from authority_generations g join certificates c on c.id = g.certificate_id where c.der is not null
     order by (g.subject_der = ? or g.key_identifier = ?) desc, g.created_at desc limit ?`, [Buffer.from(subjectDer), Buffer.from(keyIdentifier ?? subjectDer), most]);
  return rows.map(({ der }) => der);
}

/** A certificate of ours by its issuer's subject and its serial number's magnitude. */
export async function findSignerCertificates(db: Knex, issuerDer: Uint8Array, serialNumber: Uint8Array): Promise<Uint8Array[]> {
  const { rows } = await db.raw<{ rows: { der: Uint8Array }[] }>(
    `select c.der from certificates c join authority_generations g on g.id = c.generation_id
     where c.serial_number = ? and g.subject_der = ? and c.der is not null limit 4`, [Buffer.from(serialNumber), Buffer.from(issuerDer)]);
  return rows.map(({ der }) => der);
}
