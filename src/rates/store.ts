import type { Knex } from 'knex';

export interface Taking { bucket: Uint8Array; burst: number; perSecond: number; at: Date }
export interface Taken { /** left in the bucket */ tokens: number; refused: boolean }

/** Fills the bucket up to `at` and takes one token where there is one, in one statement: two nodes never take the same. */
export async function takeToken(db: Knex, { bucket, burst, perSecond, at }: Taking): Promise<Taken> {
  const filled = 'least(:burst, b.tokens + greatest(0, extract(epoch from excluded.filled_at - b.filled_at)) * :perSecond)';
  const { rows } = await db.raw<{ rows: Taken[] }>(
    `insert into rate_buckets as b (bucket, tokens, refused, filled_at) values (:bucket, :burst - 1, false, :at)
     on conflict (bucket) do update set
       tokens = ${filled} - case when ${filled} >= 1 then 1 else 0 end, refused = ${filled} < 1, filled_at = greatest(b.filled_at, excluded.filled_at)
     returning tokens, refused`, { bucket: Buffer.from(bucket), burst, perSecond, at });
  return rows[0]!;
}

/** Forgets buckets that must be full again. */
export async function deleteRestedBuckets(db: Knex, before: Date): Promise<void> {
  await db.raw('delete from rate_buckets where filled_at < ?', [before]);
}
