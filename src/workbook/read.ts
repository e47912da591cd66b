import { readSheet } from 'read-excel-file/node';
import { parseCsv, readText } from '../http/csv.ts';
import { Problem } from '../problems.ts';
import { findFormulas, maxSheetRows, repackWorkbook } from './archive.ts';
import { checkRow, type Cell, type WorkbookRow } from './check-row.ts';
import { columns, letterOf, mistakeIn, plainText, type Mistake } from './columns.ts';

export interface ReadWorkbook { rows: WorkbookRow[]; mistakes: Mistake[] }

interface Grid { rows: { number: number; cells: readonly Cell[] }[]; isFormula: (row: number, column: number) => boolean; broken: Mistake[] }

/** A title and some lines of explanation may stand above the headers. */
const maxHeadRows = 20;

/**
 * Reads the nineteen-column workbook, as XLSX (its first sheet) or as CSV, and checks every cell by itself and with its
 * neighbours. Nothing is looked up: whether agencies and people exist is another question.
 * @param today YYYY-MM-DD in Vietnam
 * @throws Problem `document-unreadable`, `too-large`
 */
export async function readWorkbook(bytes: Uint8Array, today: string): Promise<ReadWorkbook> {
  const { rows, isFormula, broken } = bytes[0] === 0x50 && bytes[1] === 0x4b ? await readXlsx(bytes) : readCsv(bytes);
  const mistakes = [...broken];
  const head = rows.slice(0, maxHeadRows).findIndex(({ cells }) => columns.filter(({ header }, i) => sameHeader(cells[i], header)).length >= 10);
  if (head < 0) return { rows: [], mistakes: [{ row: 1, column: null, header: null, code: 'header-missing' }] };
  const wrong = columns.flatMap(({ header }, i): Mistake[] =>
    (sameHeader(rows[head]!.cells[i], header) ? [] : [{ row: rows[head]!.number, column: letterOf(i), header, code: 'header' }]));
  if (wrong.length > 0) return { rows: [], mistakes: wrong };

  const read: WorkbookRow[] = [];
  const filled = rows.slice(head + 1).filter(({ cells }) => cells.some((cell) => cell !== null && cell !== undefined && String(cell).trim() !== ''));
  for (const { number, cells } of filled) {
    const { value, mistakes: found } = checkRow(number, cells, today, (column) => isFormula(number, column));
    mistakes.push(...found);
    if (value) read.push(value);
  }
  if (filled.length === 0 && broken.length === 0) mistakes.push({ row: rows[head]!.number, column: null, header: null, code: 'no-rows' });
  return withoutRepeated(read, mistakes);
}

const sameHeader = (cell: Cell, header: string): boolean => typeof cell === 'string' && plainText(cell) === plainText(header);

/** A person, and an e-mail, stands in a list once; the first one stays. */
function withoutRepeated(rows: readonly WorkbookRow[], mistakes: Mistake[]): ReadWorkbook {
  const seen = { nationalId: new Set<string>(), email: new Set<string>() };
  const kept: WorkbookRow[] = [];
  for (const row of rows) {
    const key = (['nationalId', 'email'] as const).find((field) => seen[field].has(row[field]));
    if (key) mistakes.push(mistakeIn(row.row, key, 'repeated'));
    else kept.push(row);
    seen.nationalId.add(row.nationalId);
    seen.email.add(row.email);
  }
  return { rows: kept, mistakes: mistakes.toSorted((a, b) => a.row - b.row) };
}

async function readXlsx(bytes: Uint8Array): Promise<Grid> {
  const packed = repackWorkbook(bytes);
  const formulas = findFormulas(packed);
  const sheet = (await readSheet(packed).catch((error: unknown) => {
    throw new Problem('document-unreadable', { rule: 'xlsx', why: error instanceof Error ? error.message.slice(0, 200) : undefined });
  })) as Cell[][];
  return {
    rows: sheet.map((cells, i) => ({ number: i + 1, cells })), isFormula: (row, column) => formulas.has(`${row}:${column}`), broken: [],
  };
}

function readCsv(bytes: Uint8Array): Grid {
  if (bytes.includes(0)) throw new Problem('document-unreadable', { rule: 'neither XLSX nor CSV' });
  const firstLine = Buffer.from(bytes.subarray(0, 2000)).toString('utf8').split(/[\r\n]/, 1)[0] ?? '';
  const separator = ([',', ';', '\t'] as const).toSorted((a, b) => firstLine.split(b).length - firstLine.split(a).length)[0]!;
  const rows: Grid['rows'] = [];
  const broken: Mistake[] = [];
  for (const record of parseCsv([bytes], { separator })) {
    if (rows.length + broken.length > maxSheetRows) throw new Problem('too-large', { maxRows: maxSheetRows });
    if ('broken' in record) broken.push({ row: record.line, column: null, header: null, code: 'unreadable' });
    else rows.push({ number: record.line, cells: record.cells.map(readText) });
  }
  return { rows, isFormula: () => false, broken };
}
