import type { Knex } from 'knex';
import type { PaperKind } from '../requests/kinds.ts';
import type { StoredState } from '../requests/states.ts';
import type { Tx } from '../services.ts';

export interface PaperRow {
  id: string;
  requestId: string;
  kind: PaperKind;
  name: string;
  size: number;
  digest: Uint8Array;
  bytes: Uint8Array;
  /** the verdict on arrival; INDETERMINATE with NO_SIGNATURE_FOUND for a plain scan */
  indication: 'TOTAL-PASSED' | 'INDETERMINATE' | 'TOTAL-FAILED';
  subIndication: string | null;
  signatures: number;
  verificationId: string;
  /** of a signed form: what its signature stands for, and whose it is */
  contentHash: Uint8Array | null;
  signerCertificateId: string | null;
  addedBy: string;
  addedAt: Date;
}
/** A paper without its bytes. */
export type PaperEntry = Omit<PaperRow, 'bytes'>;

const entryColumns = [
  'id', 'requestId', 'kind', 'name', 'size', 'digest', 'indication', 'subIndication', 'signatures', 'verificationId', 'contentHash',
  'signerCertificateId', 'addedBy', 'addedAt',
] as const satisfies readonly (keyof PaperEntry)[];

export interface RequestPlace { id: string; state: StoredState; agencyPath: string }

/** A request and where it belongs; with `lock` no decision on it can be taken until the transaction ends. */
export async function findPlace(db: Knex, requestId: string, lock = false): Promise<RequestPlace | undefined> {
  const query = db('requests as r').join('agencies as a', 'a.id', 'r.agencyId').where('r.id', requestId).first('r.id', 'r.state', 'a.path as agencyPath');
  return (await (lock ? query.forUpdate('r') : query)) as RequestPlace | undefined;
}

/** How many papers a request has, and their octets together. */
export async function countPapers(db: Knex, requestId: string): Promise<{ papers: number; octets: number }> {
  const row = (await db('papers').where({ requestId }).first(db.raw('count(*) as papers, coalesce(sum(size), 0) as octets'))) as { papers: number | string; octets: number | string };
  return { papers: Number(row.papers), octets: Number(row.octets) };
}

/** False if the request has the same file already. */
export async function insertPaper(tx: Tx, row: PaperRow): Promise<boolean> {
  const stored = await tx('papers').insert({ ...row, bytes: Buffer.from(row.bytes), digest: Buffer.from(row.digest) }).onConflict().ignore().returning('id');
  return stored.length === 1;
}

export async function findPaperByDigest(db: Knex, requestId: string, digest: Uint8Array): Promise<PaperEntry | undefined> {
  return db('papers').where({ requestId, digest: Buffer.from(digest) }).first(...entryColumns) as Promise<PaperEntry | undefined>;
}

export async function listPapersOf(db: Knex, requestId: string): Promise<PaperEntry[]> {
  return db('papers').where({ requestId }).orderBy(['addedAt', 'id']).select(...entryColumns);
}

export async function findPaperBytes(db: Knex, requestId: string, id: string): Promise<(PaperEntry & { bytes: Uint8Array }) | undefined> {
  return db('papers').where({ requestId, id }).first(...entryColumns, 'bytes') as Promise<(PaperEntry & { bytes: Uint8Array }) | undefined>;
}
