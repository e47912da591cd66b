import knex, { type Knex } from 'knex';
import pg from 'pg';

// count(*) and our bigserial numbers stay far below 2^53; a string that must be turned into a number
// is forgotten once too often.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

const columns = new Map<string, string>();
const fields = new Map<string, string>();

/** agencyPath → agency_path; what is snake_case already stays. */
export function columnOf(field: string): string {
  let column = columns.get(field);
  if (column === undefined) columns.set(field, column = field.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`));
  return column;
}

/** agency_path → agencyPath. */
export function fieldOf(column: string): string {
  let field = fields.get(column);
  if (field === undefined) fields.set(column, field = column.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase()));
  return field;
}

/**
 * The connection pool. Columns are snake_case in the database and camelCase here, in both directions, for
 * raw queries' rows too. `int8` comes back as a number.
 */
export function createPool(url: string, options: { max?: number } = {}): Knex {
  return knex({
    client: 'pg',
    connection: { connectionString: url, application_name: 'antin', keepAlive: true, connectionTimeoutMillis: 5_000 },
    // min 0: nothing is kept open that a stopped server could leave half dead
    pool: { min: 0, max: options.max ?? 16 },
    acquireConnectionTimeout: 10_000,
    // A lost connection is told by whoever asked for it; knex would print it to the terminal as well.
    log: { warn: () => undefined, error: () => undefined },
    wrapIdentifier: (value, original) => original(columnOf(value)),
    postProcessResponse: toFields,
  });
}

function toFields(response: unknown): unknown {
  if (Array.isArray(response)) return response.map(rowToFields);
  if (response instanceof Object && 'rows' in response && Array.isArray(response.rows)) {
    response.rows = response.rows.map(rowToFields);
    return response;
  }
  return rowToFields(response);
}

function rowToFields(row: unknown): unknown {
  if (row === null || typeof row !== 'object' || row instanceof Date || row instanceof Uint8Array || Array.isArray(row)) return row;
  const result: Record<string, unknown> = {};
  for (const column in row) result[fieldOf(column)] = (row as Record<string, unknown>)[column];
  return result;
}

/** Whether the database answers. */
export async function pingDatabase(db: Knex): Promise<boolean> {
  await db.raw('select 1');
  return true;
}
