import type { Knex } from 'knex';
import type { Tx } from '../services.ts';

export interface CrlRow {
  id: string;
  generationId: string;
  number: number;
  /** false for one that was published out of turn, after a compromise */
  scheduled: boolean;
  thisUpdate: Date;
  nextUpdate: Date;
  entries: number;
  der: Uint8Array;
  publishedAt: Date;
}

export interface PackedEntries { count: number; der: Uint8Array }

/**
 * The revoked certificates of a generation as the DER entries of its CRL, one after another.
 * RFC 5280 §3.3: an entry leaves only after it stood on a scheduled CRL from after the certificate's end.
 */
export async function findPackedEntries(db: Knex, generationId: string): Promise<PackedEntries> {
  const { rows } = await db.raw<{ rows: { count: number; der: Buffer | null }[] }>(
    `with last as (select max(this_update) as at from crls where generation_id = :generationId and scheduled)
     select count(*)::int as count, string_agg(crl_entry, ''::bytea) as der from revocations, last
     where generation_id = :generationId and (last.at is null or not_after >= last.at or revoked_at >= last.at)`, { generationId });
  const { count, der } = rows[0]!;
  return { count, der: der ?? new Uint8Array(0) };
}

/** The highest number handed out so far, 0 for none. */
export async function findLastNumber(db: Knex, generationId: string): Promise<number> {
  const row = await db('crls').where({ generationId }).max<{ max: number | null }[]>('number as max').first();
  return row?.max ?? 0;
}

/** Stores the CRL unless someone took its number in the meantime: the compare-and-set that keeps numbers rising. */
export async function insertCrl(tx: Tx, crl: CrlRow): Promise<boolean> {
  const inserted = await tx('crls').insert(crl).onConflict(['generationId', 'number']).ignore().returning('id');
  return inserted.length === 1;
}

/** The newest CRL of the generation with this label. */
export async function findLatestByLabel(db: Knex, label: string): Promise<CrlRow | undefined> {
  return db('crls').join('authority_generations as g', 'g.id', 'crls.generationId').where('g.label', label)
    .orderBy('crls.number', 'desc').first('crls.*') as Promise<CrlRow | undefined>;
}

/** The newest CRL by the subject and key of the CA that signed it. */
export async function findLatestByIssuer(db: Knex, issuer: { subjectDer: Uint8Array; keyIdentifier: Uint8Array }): Promise<CrlRow | undefined> {
  return db('crls').join('authority_generations as g', 'g.id', 'crls.generationId').where({ 'g.subjectDer': issuer.subjectDer, 'g.keyIdentifier': issuer.keyIdentifier })
    .orderBy('crls.number', 'desc').first('crls.*') as Promise<CrlRow | undefined>;
}

export type CrlSummary = Pick<CrlRow, 'generationId' | 'number' | 'thisUpdate' | 'nextUpdate' | 'entries'>;

/** The newest CRL of every generation that has one. */
export async function listLatest(db: Knex): Promise<CrlSummary[]> {
  const { rows } = await db.raw<{ rows: CrlSummary[] }>(
    `select l.generation_id, l.number, l.this_update, l.next_update, l.entries from authority_generations g
     cross join lateral (select generation_id, number, this_update, next_update, entries from crls where generation_id = g.id order by number desc limit 1) l`);
  return rows;
}

/** Generations in service whose last CRL is older than the interval, or that have none. */
export async function listDue(db: Knex, publishedBefore: Date): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select g.id from authority_generations g join certificates c on c.id = g.certificate_id
     left join lateral (select max(this_update) as at from crls where generation_id = g.id and scheduled) last on true
     where c.der is not null and c.not_after > ? and (last.at is null or last.at <= ?) order by g.created_at`,
    [publishedBefore, publishedBefore]);
  return rows.map(({ id }) => id);
}
