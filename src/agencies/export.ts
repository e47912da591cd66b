import { byteOrderMark, writeCsvRecord } from '../http/csv.ts';
import type { Services } from '../services.ts';
import { findAgencyByCode } from './find.ts';
import { columns, printDay, type Column } from './import-row.ts';
import { listForExport } from './store.ts';

const chunkRows = 2_000;

/**
 * The register, or one agency with all below it, as the import reads it: UTF-8 with a byte order mark, CRLF, nothing that a
 * spreadsheet would run as a formula. Days are those of Việt Nam.
 * @throws Problem `not-found`
 */
export async function exportAgencies({ db }: Pick<Services, 'db'>, underCode?: string): Promise<Uint8Array> {
  const under = underCode === undefined ? undefined : (await findAgencyByCode(db, underCode)).path;
  const parts = [byteOrderMark + writeCsvRecord(columns)];
  for (let after = ''; ;) {
    const rows = await listForExport(db, under, after, chunkRows);
    for (const row of rows) parts.push(writeCsvRecord(columns.map((column) => cellOf(row, column))));
    if (rows.length < chunkRows) return Buffer.from(parts.join(''));
    after = rows.at(-1)!.code;
  }
}

type Row = Awaited<ReturnType<typeof listForExport>>[number];

function cellOf(row: Row, column: Column): string {
  switch (column) {
    case 'validFrom': return printDay(row.validFrom);
    case 'validTo': return row.validTo ? printDay(row.validTo) : '';
    case 'successor': return row.successorCode ?? '';
    case 'aliases': return row.aliases.join(';');
    default: return row[column] ?? '';
  }
}
