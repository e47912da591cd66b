import type { WorkbookRow } from '../../../src/workbook/check-row.ts';
import { columns, type ColumnKey } from '../../../src/workbook/columns.ts';
import { cellsOf, writeWorkbook } from '../../../src/workbook/write.ts';

export const today = '2026-11-02';

/** A good row of the workbook; change what the test is about. */
export const row = (change: Partial<WorkbookRow> = {}): WorkbookRow => ({
  row: 2, name: 'Nguyễn Thị Ánh', birthDate: '1985-03-02', nationalId: '027185012345', idIssuer: 'CCSQLHCVTTXH', idIssuedOn: '2021-05-10', email: 'anhnt@bacninh.gov.vn',
  levels: ['Ủy ban nhân dân tỉnh Bắc Ninh'], province: 'Bắc Ninh', position: 'Chuyên viên', mobile: '0912345678', oldSerial: null, carrier: null, ported: false, device: 'TOKEN', ...change,
});

/** An XLSX of good rows, in some of which cells are changed after they were written. */
export async function xlsx(rows: readonly WorkbookRow[], changed: Partial<Record<ColumnKey, string>> = {}): Promise<Uint8Array> {
  return writeWorkbook(rows.map((one, i) => ({ ...cellsOf(one, i + 1), ...changed })));
}

/** The same as CSV, with any bytes wanted. */
export function csv(rows: readonly WorkbookRow[], changed: Partial<Record<ColumnKey, string>> = {}): Uint8Array {
  const lines = [columns.map(({ header, required }) => header + (required ? '*' : '')), ...rows.map((one, i) => {
    const cells = { ...cellsOf(one, i + 1), ...changed };
    return columns.map(({ key }) => cells[key] ?? '');
  })];
  return Buffer.from(lines.map((cells) => cells.join(',')).join('\r\n'));
}
