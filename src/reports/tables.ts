import writeExcelFile from 'write-excel-file/node';
import { byteOrderMark, writeCsvRecord } from '../http/csv.ts';
import type { Language } from '../http/language.ts';
import { localDate } from '../policies/working-days.ts';
import { printCell, type Column } from './columns.ts';
import type { Report } from './read.ts';
import type { Cell } from './store.ts';

const zoneMs = 7 * 3_600_000;

/** RFC 4180, UTF-8 with a byte order mark, nothing a spreadsheet would run. Numbers with a point, shares of 1, days and months as ISO 8601. */
export function writeCsv({ kind: { columns }, rows }: Report, language: Language): Uint8Array {
  const parts = [byteOrderMark + writeCsvRecord(columns.map(({ label }) => label[language]))];
  for (const row of rows) parts.push(writeCsvRecord(columns.map((column) => plain(column, row[column.key], language))));
  return Buffer.from(parts.join(''));
}

function plain(column: Column, cell: Cell | undefined, language: Language): string {
  if (cell === null || cell === undefined) return '';
  return column.type === 'word' ? printCell(column, cell, language) : String(cell);
}

/** The table on one sheet with its sums, and what it counts on another. Texts are texts: nothing becomes a formula. */
export async function writeXlsx(report: Report, language: Language): Promise<Uint8Array> {
  const { kind: { columns, title, note }, rows, totals, countedAt } = report;
  const header = columns.map(({ label }) => ({ value: label[language], type: String, fontWeight: 'bold' as const, wrap: true }));
  const body = rows.map((row) => columns.map((column) => cellOf(column, row[column.key], language)));
  const sums = columns.some(({ type }) => type === 'count')
    ? [columns.map((column, i) => ({ ...(i === 0 ? { value: words[language].total, type: String } : cellOf(column, totals[column.key], language)), fontWeight: 'bold' as const }))] : [];
  const about = [title[language], note[language], `${words[language].countedAt} ${printMoment(countedAt)}`, ...(report.scope === null ? [] : [`${words[language].scope} ${report.scope}`])];
  return writeExcelFile([
    { data: [header, ...body, ...sums], sheet: words[language].table, stickyRowsCount: 1, columns: columns.map(({ key, type }) => ({ width: type === 'text' && key !== 'code' ? 40 : 16 })) },
    { data: about.map((value) => [{ value, type: String, wrap: true }]), sheet: words[language].about, columns: [{ width: 100 }] },
  ]).toBuffer();
}

function cellOf(column: Column, cell: Cell | undefined, language: Language) {
  if (cell === null || cell === undefined) return { value: '', type: String };
  if (typeof cell === 'string') return { value: column.type === 'word' ? printCell(column, cell, language) : cell, type: String, format: '@' };
  const formats: Partial<Record<Column['type'], string>> = { share: '0.0%', days: '0.00' };
  return { value: cell, type: Number, format: formats[column.type] ?? '#,##0' };
}

/** 23/11/2026 09:00 in Vietnam, with the offset said. */
export const printMoment = (at: Date): string =>
  `${localDate(at).split('-').toReversed().join('/')} ${new Date(at.getTime() + zoneMs).toISOString().slice(11, 16)} (+07:00)`;

const words = {
  vi: { table: 'Số liệu', about: 'Giải thích', total: 'Tổng cộng', countedAt: 'Số liệu lúc', scope: 'Phạm vi:' },
  en: { table: 'Figures', about: 'What is counted', total: 'Total', countedAt: 'Counted at', scope: 'Scope:' },
} as const;
