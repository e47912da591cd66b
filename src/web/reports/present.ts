import type { Language } from '../../http/language.ts';
import { printCell, type Column } from '../../reports/columns.ts';
import type { Report } from '../../reports/read.ts';
import { wordsIn } from '../text/words.ts';

export interface TableView { columns: { key: string; label: string; numeric: boolean }[]; rows: Record<string, string>[] }

/** A report's rows as cells to read, its sums below. */
export function presentTable({ kind: { columns }, rows, totals }: Report, language: Language): TableView {
  const printed = (row: Report['rows'][number]): Record<string, string> => Object.fromEntries(columns.map((column) => [column.key, printCell(column, row[column.key], language)]));
  const shown = rows.map(printed);
  const sums = { ...printed(totals), [columns[0]!.key]: wordsIn(language)('reports.total') };
  return {
    columns: columns.map((column) => ({ key: column.key, label: column.label[language], numeric: isNumeric(column) })),
    rows: rows.length > 1 && columns.some(({ type }) => type === 'count') ? [...shown, sums] : shown,
  };
}

const isNumeric = ({ type }: Column): boolean => type === 'count' || type === 'level' || type === 'share' || type === 'days';
