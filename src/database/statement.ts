import type { Knex } from 'knex';

/**
 * A statement of a hot path, which the server parses once per connection and soon plans no more: with a dozen arrays that
 * costs as much as running it. Only for what reads no table, or one that grows slowly: the plan that was right for a small
 * table is kept while it grows, until the next ANALYZE. Bindings are what pg takes: arrays may hold bytes and nulls.
 * @param name its own in the whole service
 */
export function statement<Row = never>(name: string, sql: string): (db: Knex, bindings: readonly unknown[]) => Promise<Row[]> {
  return async (db, bindings) => {
    const { rows } = await db.raw<{ rows: Row[] }>(sql, bindings as Knex.RawBinding[]).options({ name });
    return rows;
  };
}
