import { parseCsv, readText } from '../http/csv.ts';
import { fieldWords, wrongField } from '../field-mistakes.ts';
import { Problem, type Words } from '../problems.ts';
import { mistakeWords, type Mistake } from '../workbook/columns.ts';
import { readWorkbook } from '../workbook/read.ts';

/** What a line can say; texts as they came, NFC and without spaces around. */
export const inputFields = [
  'officialId', 'email', 'agency', 'certificateId', 'serialNumber', 'profile', 'serviceName', 'ground', 'transfer', 'invalidityDate', 'note', 'csr',
] as const;
export type InputField = (typeof inputFields)[number];
export type BulkInput = Partial<Record<InputField, string>>;

/** A line of the file: what it says, or why it cannot be read. `line` counts from 1 and is the file's own. */
export type BulkRow = { line: number; input: BulkInput } | { line: number; broken: Words };

export const maxRows = 100_000;
/** A PKCS#10 of RSA 4096 in PEM has about 30 lines. */
const limits = { maxLines: 80, maxCharacters: 16_384 };

/**
 * Reads what was handed in, whichever of three forms it has. The nineteen-column workbook has no column for requests: they come
 * in a file beside it, by e-mail. Its mistakes are named by row and column.
 * @param today YYYY-MM-DD in Vietnam
 * @throws Problem as `readRows`, and `document-unreadable`
 */
export async function readAnyRows(bytes: Uint8Array, today: string, requests?: Uint8Array): Promise<BulkRow[]> {
  const csrs = new Map((requests ? readRows(requests) : []).flatMap((row) => ('input' in row && row.input.email && row.input.csr ? [[row.input.email.toLowerCase(), row.input.csr] as const] : [])));
  const withCsr = (row: BulkRow): BulkRow => {
    const csr = 'input' in row && row.input.csr === undefined ? csrs.get(row.input.email?.toLowerCase() ?? '') : undefined;
    return 'input' in row && csr !== undefined ? { ...row, input: { ...row.input, csr } } : row;
  };
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return readRows(bytes).map(withCsr);
  const { rows, mistakes } = await readWorkbook(bytes, today);
  const broken = Map.groupBy(mistakes, ({ row }) => row);
  const read = rows.filter(({ row }) => !broken.has(row)).map(({ row, email, oldSerial }): BulkRow =>
    withCsr({ line: row, input: { email, ...(oldSerial === null ? {} : { serialNumber: oldSerial }) } }));
  const said = (found: readonly Mistake[], language: 'vi' | 'en'): string => found.map(({ column, code }) => `${column ?? '-'}: ${mistakeWords[code][language]}`).join('; ');
  const wrongRows = [...broken].map(([line, found]): BulkRow => ({ line, broken: { vi: said(found, 'vi'), en: said(found, 'en') } }));
  if (read.length + wrongRows.length === 0) throw wrongField('/file', 'file-no-lines');
  return [...read, ...wrongRows].toSorted((a, b) => a.line - b.line);
}

/**
 * Reads CSV with a header, or JSON lines, whichever the first character says. A line that cannot be read costs itself alone.
 * @throws Problem `unsupported-format`, `invalid-fields` for a header with unknown or repeated columns, `too-large`
 */
export function readRows(bytes: Uint8Array): BulkRow[] {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '').trimStart();
  if (start === '') throw wrongField('/file', 'file-empty');
  if (start.startsWith('PK') || start.includes('\0')) throw new Problem('unsupported-format', { supported: ['text/csv', 'application/jsonl'], workbook: '/api/v1/requests/workbook' });
  const rows = start.startsWith('{') ? readJsonLines(bytes) : readCsv(bytes);
  if (rows.length === 0) throw wrongField('/file', 'file-no-lines');
  if (rows.length > maxRows) throw new Problem('too-large', { maxRows });
  return rows;
}

function readCsv(bytes: Uint8Array): BulkRow[] {
  let header: (InputField | undefined)[] | undefined;
  const rows: BulkRow[] = [];
  const separator = separatorOf(bytes);
  for (const record of parseCsv([bytes], { ...limits, separator })) {
    if (rows.length > maxRows) break;
    if (!header) {
      if ('broken' in record) throw wrongField('/file', `line-${record.broken}`);
      header = readHeader(record.cells);
    } else if ('broken' in record) rows.push({ line: record.line, broken: fieldWords(`line-${record.broken}`) });
    else if (record.cells.length !== header.length) rows.push({ line: record.line, broken: fieldWords('cells-too-many', { cells: record.cells.length, header: header.length }) });
    else rows.push({ line: record.line, input: clean(header.map((field, i) => [field ?? '', readText(record.cells[i] ?? '')])) });
  }
  return rows;
}

/** Spreadsheets of this country's setting write semicolons. */
function separatorOf(bytes: Uint8Array): ',' | ';' | '\t' {
  const [first = ''] = Buffer.from(bytes.subarray(0, 1_024)).toString('latin1').split(/[\r\n]/);
  return ([',', ';', '\t'] as const).find((mark) => first.includes(mark)) ?? ',';
}

function readHeader(cells: readonly string[]): InputField[] {
  const header = cells.map((cell) => {
    const field = inputFields.find((known) => known.toLowerCase() === cell.trim().toLowerCase());
    if (!field) throw wrongField('/file', 'column-unknown', { column: JSON.stringify(cell.slice(0, 40)), columns: inputFields.join(', ') });
    return field;
  });
  if (new Set(header).size !== header.length) throw wrongField('/file', 'column-twice');
  return header;
}

function readJsonLines(bytes: Uint8Array): BulkRow[] {
  const rows: BulkRow[] = [];
  for (const [i, text] of new TextDecoder().decode(bytes).split('\n').entries()) {
    if (rows.length > maxRows) break;
    if (text.trim() !== '') rows.push({ line: i + 1, ...readJson(text) });
  }
  return rows;
}

function readJson(text: string): { input: BulkInput } | { broken: Words } {
  if (text.length > limits.maxCharacters) return { broken: fieldWords('line-too-long') };
  if (text.includes('\uFFFD')) return { broken: fieldWords('line-not-utf-8') };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { broken: fieldWords('line-not-json') };
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return { broken: fieldWords('line-not-json') };
  const entries = Object.entries(value).filter(([, member]) => member !== null);
  const stranger = entries.find(([name, member]) => !inputFields.some((known) => known === name) || typeof member !== 'string');
  if (stranger) return { broken: fieldWords('member-unknown', { name: JSON.stringify(stranger[0].slice(0, 40)) }) };
  return { input: clean(entries as [string, string][]) };
}

function clean(entries: readonly (readonly [string, string])[]): BulkInput {
  return Object.fromEntries(entries.map(([field, text]) => [field, text.normalize('NFC').replaceAll('\0', '\uFFFD').toWellFormed().trim()]).filter(([, text]) => text !== '')) as BulkInput;
}
