import type { Knex } from 'knex';
import { Problem } from '../problems.ts';

/** What a list is asked for: `after` as it was answered in `next`. */
export interface PageRequest { after?: string | undefined; limit: number }
export interface Page<Row> { items: Row[]; next: string | null }

/**
 * One page by key, not by offset: rows in the order of `keys` (camelCase columns the query selects, the
 * last one unique), beginning after the row that `after` names.
 * @throws Problem `malformed-request` for an `after` we did not hand out
 */
export async function findPage<Row extends object>(
  query: Knex.QueryBuilder, keys: readonly string[], page: PageRequest, direction: 'asc' | 'desc' = 'asc',
): Promise<Page<Row>> {
  if (page.after !== undefined) {
    const marks = keys.map(() => '?').join(', ');
    const columns = keys.map(() => '??').join(', ');
    const sign = direction === 'asc' ? '>' : '<';
    void query.whereRaw(`(${columns}) ${sign} (${marks})`, [...keys, ...readCursor(page.after, keys.length)]);
  }
  for (const key of keys) void query.orderBy(key, direction);
  const rows = (await query.limit(page.limit + 1)) as Row[];
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return { items, next: rows.length > page.limit && last ? writeCursor(last, keys) : null };
}

function writeCursor(row: object, keys: readonly string[]): string {
  const values = keys.map((key) => (row as Record<string, unknown>)[key.slice(key.lastIndexOf('.') + 1)]);
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

function readCursor(after: string, length: number): (string | number)[] {
  let values: unknown;
  try {
    values = JSON.parse(Buffer.from(after, 'base64url').toString('utf8'));
  } catch {
    throw new Problem('malformed-request', { parameter: 'after' });
  }
  const good = (v: unknown): v is string | number => typeof v === 'string' || typeof v === 'number';
  if (!Array.isArray(values) || values.length !== length || !values.every(good)) {
    throw new Problem('malformed-request', { parameter: 'after' });
  }
  return values;
}
