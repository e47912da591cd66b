import writeExcelFile from 'write-excel-file/node';
import type { WorkbookRow } from './check-row.ts';
import { columns, type ColumnKey } from './columns.ts';

const localDay = (iso: string): string => iso.split('-').toReversed().join('/');

/** What stands in each cell of a row that is written. */
export type WrittenRow = Partial<Record<ColumnKey, string>>;

/** A row that was read, or is put together from the registers, as its cells. */
export function cellsOf(row: WorkbookRow, number: number): WrittenRow {
  const [level1 = '', level2 = '', level3 = '', level4 = ''] = row.levels;
  return {
    number: String(number), name: row.name, birthDate: row.birthDate && localDay(row.birthDate), nationalId: row.nationalId, idIssuer: row.idIssuer ?? '',
    idIssuedOn: row.idIssuedOn && localDay(row.idIssuedOn), email: row.email, level1, level2, level3, level4, province: row.province, position: row.position,
    mobile: row.mobile ?? '', oldSerial: row.oldSerial ?? '', carrier: row.carrier ?? '', ported: row.ported ? 'X' : '', device: row.device,
  };
}

/** The nineteen-column workbook as XLSX. Every cell is text: identity numbers keep their zeros, and nothing is a formula. */
export async function writeWorkbook(rows: readonly WrittenRow[]): Promise<Uint8Array> {
  const header = columns.map((column) => ({ value: column.required ? `${column.header}*` : column.header, type: String, fontWeight: 'bold' as const }));
  const body = rows.map((row) => columns.map(({ key }) => ({ value: row[key] ?? '', type: String, format: '@' })));
  return writeExcelFile([header, ...body]).toBuffer();
}
