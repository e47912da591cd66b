import type { Knex } from 'knex';
import type { RevocationReason } from '../../pki/crl/reason.ts';
import type { SignatureScheme } from '../../pki/keys/algorithm.ts';
import { arrayOf } from '../database/array.ts';
import { columnOf } from '../database/pool.ts';
import { findPage, type Page, type PageRequest } from '../database/paging.ts';
import { statement } from '../database/statement.ts';
import type { Tx } from '../services.ts';

export type CertificateState = 'prepared' | 'issued' | 'revoked' | 'on_hold' | 'void';

/** A certificate as it is prepared. `serialNumber` is the magnitude, 20 octets. */
export interface PreparedRow {
  id: string;
  generationId: string;
  serialNumber: Uint8Array;
  profile: string;
  profileVersion: number;
  scheme: SignatureScheme;
  tbs: Uint8Array;
  subjectDer: Uint8Array;
  subjectText: string;
  spkiHash: Uint8Array;
  notBefore: Date;
  notAfter: Date;
  agencyId: string | null;
  agencyPath: string | null;
  officialId: string | null;
  requestId: string | null;
  replacesId: string | null;
}

export interface IssuerRow {
  generationId: string;
  authorityId: string;
  label: string;
  keyId: string;
  scheme: SignatureScheme;
  keyIdentifier: Uint8Array;
  der: Uint8Array;
  retiredAt: Date | null;
  /** who signed it; a root itself */
  signedByGenerationId: string;
}

const issuerColumns = `g.id as generation_id, c.generation_id as signed_by_generation_id, g.authority_id, g.label, g.key_id, g.scheme, g.key_identifier, g.retired_at, c.der`;

/** A generation in service; undefined while its own certificate is not issued. */
export async function findIssuerRow(db: Knex, generationId: string): Promise<IssuerRow | undefined> {
  const { rows } = await db.raw<{ rows: IssuerRow[] }>(
    `select ${issuerColumns} from authority_generations g join certificates c on c.id = g.certificate_id where g.id = ? and c.der is not null`, [generationId]);
  return rows[0];
}

/** Every generation in service, retired ones included: they still answer for what they issued. */
export async function listIssuerRows(db: Knex): Promise<IssuerRow[]> {
  const { rows } = await db.raw<{ rows: IssuerRow[] }>(
    `select ${issuerColumns} from authority_generations g join certificates c on c.id = g.certificate_id where c.der is not null order by g.created_at`);
  return rows;
}

const issuingGeneration = (which: string): string =>
  `select g.id from authority_generations g join authorities a on a.id = g.authority_id join certificates c on c.id = g.certificate_id
   where c.state = 'issued' and g.retired_at is null and ${which} order by g.created_at desc, g.generation desc, g.id limit 1`;
const ofAny = statement<{ id: string }>('find-issuing-generation', issuingGeneration(`a.kind = 'issuing'`));
const ofOne = statement<{ id: string }>('find-issuing-generation-of', issuingGeneration('a.id = ?'));

/** The newest generation that may issue: of this authority, or of the issuing authorities at large. */
export async function findIssuingGeneration(db: Knex, authorityId: string | undefined): Promise<string | undefined> {
  return (authorityId ? await ofOne(db, [authorityId]) : await ofAny(db, []))[0]?.id;
}

interface KeyHolder { spkiHash: Buffer; holder: string }

const insertKeys = statement<KeyHolder>('insert-subject-keys',
  `insert into subject_keys (spki_hash, holder, first_seen_at)
   select k, h, ? from unnest(?::bytea[], ?::text[]) as u (k, h) order by k on conflict do nothing returning spki_hash, holder`);

/**
 * Claims keys for their holders and says who holds each. Two transactions with one key: the second waits for the first.
 * Keys are taken in one order everywhere, so that two batches cannot wait for each other.
 */
export async function claimKeys(tx: Tx, claims: readonly { spkiHash: Uint8Array; holder: string }[], at: Date): Promise<Map<string, string>> {
  const sorted = claims.toSorted((a, b) => Buffer.compare(a.spkiHash, b.spkiHash));
  const hashes = arrayOf('bytea', sorted.map((c) => c.spkiHash));
  const taken = await insertKeys(tx, [at, hashes, arrayOf('text', sorted.map((c) => c.holder))]);
  if (taken.length === claims.length) return holdersByHash(taken);
  // a statement of its own: only a later snapshot sees what the other transaction has just committed
  const { rows } = await tx.raw<{ rows: KeyHolder[] }>('select spki_hash, holder from subject_keys where spki_hash = any(?::bytea[])', [hashes]);
  return holdersByHash(rows);
}

/** Gives keys to their holders' successors; answers those that were the former holders'. */
export async function markKeyHolders(tx: Tx, moves: readonly { spkiHash: Uint8Array; from: string; to: string }[]): Promise<Uint8Array[]> {
  const { rows } = await tx.raw<{ rows: { spkiHash: Buffer }[] }>(
    `update subject_keys k set holder = u.successor from unnest(?::bytea[], ?::text[], ?::text[]) as u (hash, former, successor)
     where k.spki_hash = u.hash and k.holder = u.former returning k.spki_hash`,
    [arrayOf('bytea', moves.map((m) => m.spkiHash)), moves.map((m) => m.from), moves.map((m) => m.to)]);
  return rows.map(({ spkiHash }) => spkiHash);
}

const holdersByHash = (rows: readonly KeyHolder[]): Map<string, string> => new Map(rows.map(({ spkiHash, holder }) => [spkiHash.toString('hex'), holder]));

const preparedColumns = [
  ['id', 'uuid'], ['generationId', 'uuid'], ['serialNumber', 'bytea'], ['profile', 'text'], ['profileVersion', 'integer'], ['scheme', 'text'],
  ['subjectDer', 'bytea'], ['subjectText', 'text'], ['spkiHash', 'bytea'], ['notBefore', 'timestamptz'], ['notAfter', 'timestamptz'],
  ['agencyId', 'uuid'], ['agencyPath', 'ltree'], ['officialId', 'uuid'], ['requestId', 'uuid'], ['replacesId', 'uuid'],
] as const satisfies readonly (readonly [keyof PreparedRow, string])[];

const appendPrepared = statement('append-prepared-certificates',
  `with stored as (
     insert into certificates (state, prepared_at, ${preparedColumns.map(([field]) => columnOf(field)).join(', ')})
     select 'prepared', ?, * from unnest(${preparedColumns.map(([, type]) => `?::${type}[]`).join(', ')})),
   arrived as (insert into certificate_arrivals (certificate_id) select unnest(?::uuid[]))
   insert into unfinished_certificates (certificate_id, tbs) select * from unnest(?::uuid[], ?::bytea[])`);

/** Many in one round trip. */
export async function insertPrepared(tx: Tx, rows: readonly PreparedRow[], preparedAt: Date): Promise<void> {
  const ids = rows.map(({ id }) => id);
  const columns = preparedColumns.map(([field, type]) => (type === 'ltree' ? rows.map((row) => row[field]) : arrayOf(type, rows.map((row) => row[field]) as never)));
  await appendPrepared(tx, [preparedAt, ...columns, arrayOf('uuid', ids), arrayOf('uuid', ids), arrayOf('bytea', rows.map(({ tbs }) => tbs))]);
}

/** Brings in what a search finds the newly prepared by, up to `limit` of them; answers how many. */
export async function insertTexts(tx: Tx, limit: number): Promise<number> {
  const { rowCount } = await tx.raw<{ rowCount: number }>(
    `with arrived as (
       delete from certificate_arrivals where arrival = any(array(select arrival from certificate_arrivals order by arrival limit ? for update skip locked)) returning certificate_id)
     insert into certificate_texts (certificate_id, text) select c.id, search_text(c.subject_text) from arrived join certificates c on c.id = arrived.certificate_id
     on conflict do nothing`, [limit]);
  return rowCount;
}

/** What is told of a certificate that was issued; `serialNumber` is lower-case hex. */
export interface IssuedFacts {
  id: string; serialNumber: string; profile: string; notBefore: Date; notAfter: Date; agencyId: string | null; agencyPath: string | null;
  officialId: string | null; requestId: string | null; replacesId: string | null;
}

/**
 * Turns prepared into issued; answers those that still were: each is led to by its unfinished row, which one alone can take away.
 * (Asking for the state instead misleads the planner: by what it knows there is never more than one prepared.)
 */
export async function markIssued(tx: Tx, issued: readonly { id: string; der: Uint8Array }[], at: Date): Promise<Map<string, IssuedFacts>> {
  const ids = arrayOf('uuid', issued.map(({ id }) => id));
  const { rows } = await tx.raw<{ rows: IssuedFacts[] }>(
    `with finished as (delete from unfinished_certificates where certificate_id = any(?::uuid[]) returning certificate_id)
     update certificates c set state = 'issued', der = u.der, issued_at = ?
     from unnest(?::uuid[], ?::bytea[]) as u (id, der) join finished f on f.certificate_id = u.id where c.id = u.id
     returning c.id, encode(c.serial_number, 'hex') as serial_number, c.profile, c.not_before, c.not_after, c.agency_id, c.agency_path,
       c.official_id, c.request_id, c.replaces_id`,
    [ids, at, ids, arrayOf('bytea', issued.map(({ der }) => der))]);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Gives up what can no longer be signed. */
export async function markVoid(tx: Tx, id: string): Promise<boolean> {
  await tx('unfinished_certificates').where({ certificateId: id }).delete();
  return (await tx('certificates').where({ id, state: 'prepared' }).update({ state: 'void' })) === 1;
}

export interface UnfinishedRow { id: string; generationId: string; profile: string; profileVersion: number; tbs: Uint8Array; keyId: string }

/** Prepared and not finished. @param before only those prepared earlier than this */
export async function listUnfinished(db: Knex, before: Date, limit: number): Promise<UnfinishedRow[]> {
  const { rows } = await db.raw<{ rows: UnfinishedRow[] }>(
    `select c.id, c.generation_id, c.profile, c.profile_version, coalesce(u.tbs, c.tbs) as tbs, g.key_id
     from unfinished_certificates u join certificates c on c.id = u.certificate_id join authority_generations g on g.id = c.generation_id
     where c.state = 'prepared' and c.prepared_at < ? order by c.prepared_at, c.id limit ?`, [before, limit]);
  return rows;
}

export async function findIssuedDer(db: Knex, ids: readonly string[]): Promise<Map<string, Uint8Array>> {
  const rows = await db('certificates').whereIn('id', [...ids]).whereNotNull('der').select<{ id: string; der: Uint8Array }[]>('id', 'der');
  return new Map(rows.map(({ id, der }) => [id, der]));
}

export interface CertificateRow {
  id: string;
  generationId: string;
  serialNumber: Uint8Array;
  state: CertificateState;
  profile: string;
  subjectText: string;
  notBefore: Date;
  notAfter: Date;
  agencyId: string | null; agencyPath: string | null; officialId: string | null; requestId: string | null; replacesId: string | null;
  issuedAt: Date | null;
}

export const certificateColumns = [
  'id', 'generationId', 'serialNumber', 'state', 'profile', 'subjectText', 'notBefore', 'notAfter',
  'agencyId', 'agencyPath', 'officialId', 'requestId', 'replacesId', 'issuedAt',
] as const;

/** Locked in the order of ids, whatever order they were asked in, so that two batches cannot wait for each other. */
export async function lockCertificates(tx: Tx, ids: readonly string[]): Promise<Map<string, CertificateRow>> {
  const rows = await tx<CertificateRow>('certificates').whereRaw('id = any(?::uuid[])', [[...ids]]).orderBy('id').forUpdate().select(...certificateColumns);
  return new Map(rows.map((row) => [row.id, row]));
}

export interface RevocationRow {
  certificateId: string;
  generationId: string;
  serialNumber: Uint8Array;
  reason: RevocationReason;
  revokedAt: Date;
  invalidityDate: Date | null;
  ground: string | null;
  comment: string | null;
  notAfter: Date;
  crlEntry: Uint8Array;
}

const revocationColumns = [
  ['certificateId', 'uuid'], ['generationId', 'uuid'], ['serialNumber', 'bytea'], ['reason', 'text'], ['revokedAt', 'timestamptz'],
  ['invalidityDate', 'timestamptz'], ['ground', 'text'], ['comment', 'text'], ['notAfter', 'timestamptz'], ['crlEntry', 'bytea'],
] as const satisfies readonly (readonly [keyof RevocationRow, string])[];

/** Any number in one round trip. */
export async function markRevoked(tx: Tx, revocations: readonly RevocationRow[]): Promise<void> {
  const names = revocationColumns.map(([field]) => field.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)).join(', ');
  const columns = revocationColumns.map(([field]) => revocations.map((row) => row[field]) as unknown[] as string[]);
  await tx.raw(
    `with marked as (update certificates set state = 'revoked' where id = any(?::uuid[]))
     insert into revocations (${names}) select * from unnest(${revocationColumns.map(([, type]) => `?::${type}[]`).join(', ')})`,
    [revocations.map(({ certificateId }) => certificateId), ...columns]);
}

export interface CertificateFilter {
  /** words of the subject, any case, with or without diacritics */
  q?: string | undefined;
  serialNumber?: Buffer | undefined;
  state?: CertificateState | undefined;
  profile?: string | undefined;
  officialId?: string | undefined;
  agencyId?: string | undefined;
  requestId?: string | undefined;
  /** this agency and all below it */
  withinPath?: string | undefined;
}

export interface CertificateView extends CertificateRow {
  issuer: string;
  preparedAt: Date;
  der: Uint8Array | null;
  reason: RevocationReason | null;
  revokedAt: Date | null;
  invalidityDate: Date | null;
}

const viewColumns = [
  ...certificateColumns.map((column) => `certificates.${column}`), 'certificates.preparedAt', 'certificates.der',
  'g.label as issuer', 'r.reason', 'r.revokedAt', 'r.invalidityDate',
];

function viewQuery(db: Knex): Knex.QueryBuilder {
  return db('certificates').join('authority_generations as g', 'g.id', 'certificates.generationId')
    .leftJoin('revocations as r', 'r.certificateId', 'certificates.id').select(viewColumns);
}

export async function findCertificate(db: Knex, id: string): Promise<CertificateView | undefined> {
  return viewQuery(db).where('certificates.id', id).first() as Promise<CertificateView | undefined>;
}

export type StatusRow = Pick<CertificateView, 'serialNumber' | 'issuer' | 'state' | 'notBefore' | 'notAfter' | 'reason' | 'revokedAt' | 'invalidityDate'>;

/** By the serial number alone, of any authority; `issuer` is the authority's name. @param serialNumbers one number in its possible lengths */
export async function listStatuses(db: Knex, serialNumbers: readonly Buffer[]): Promise<StatusRow[]> {
  return db('certificates as c').join('authority_generations as g', 'g.id', 'c.generationId').join('authorities as a', 'a.id', 'g.authorityId')
    .leftJoin('revocations as r', 'r.certificateId', 'c.id').whereIn('c.serialNumber', [...serialNumbers]).whereIn('c.state', ['issued', 'revoked', 'on_hold']).limit(20)
    .select('c.serialNumber', 'a.name as issuer', 'c.state', 'c.notBefore', 'c.notAfter', 'r.reason', 'r.revokedAt', 'r.invalidityDate');
}

/** By their texts, and those that have just arrived as they are. */
const withText = `select certificate_id from certificate_texts where text like '%' || search_text(?) || '%' union all
  select n.id from certificate_arrivals a join certificates n on n.id = a.certificate_id where search_text(n.subject_text) like '%' || search_text(?) || '%'`;

export async function listCertificates(db: Knex, filter: CertificateFilter, page: PageRequest): Promise<Page<CertificateView>> {
  const query = viewQuery(db);
  for (const field of ['serialNumber', 'state', 'profile', 'officialId', 'agencyId', 'requestId'] as const) {
    if (filter[field] !== undefined) void query.where(`certificates.${field}`, filter[field]);
  }
  for (const word of (filter.q ?? '').split(/\s+/).filter(Boolean).slice(0, 8)) {
    const part = word.replaceAll(/[\\%_]/g, String.raw`\$&`);
    void query.whereRaw(`certificates.id in (${withText})`, [part, part]);
  }
  // those of one person are few, and go with the person
  const served = filter.officialId === undefined ? '' : ' or exists (select from officials o join agencies a on a.id = o.agency_id where o.id = certificates.official_id and a.path <@ ?::ltree)';
  if (filter.withinPath !== undefined) void query.whereRaw(`(certificates.agency_path <@ ?::ltree${served})`, [filter.withinPath, ...(served === '' ? [] : [filter.withinPath])]);
  return findPage<CertificateView>(query, ['certificates.preparedAt', 'certificates.id'], page, 'desc');
}

/** Some certificates of one place in the tree belong to another one from now on. Answers how many. */
export async function markPlaced(tx: Tx, from: string, to: string, limit: number): Promise<number> {
  const { rowCount } = await tx.raw<{ rowCount: number }>(
    'update certificates set agency_path = ? where id in (select id from certificates where agency_path = ? limit ?)', [to, from, limit]);
  return rowCount;
}
