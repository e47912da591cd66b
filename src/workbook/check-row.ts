import { isMailAddress } from '../notifications/address.ts';
import { parseMobile, validateNationalId } from '../officials/national-id.ts';
import type { Device } from '../requests/kinds.ts';
import { columns, letterOf, mistakeIn, type Column, type ColumnKey, type Mistake, type MistakeCode } from './columns.ts';

/** A row as it is understood. Dates are YYYY-MM-DD. */
export interface WorkbookRow {
  /** of the sheet or file, from 1 */
  row: number;
  name: string;
  birthDate: string;
  nationalId: string;
  idIssuer: string | null;
  idIssuedOn: string;
  email: string;
  /** level 1 downwards, as they are named */
  levels: readonly string[];
  province: string;
  position: string;
  mobile: string | null;
  /** lower-case hex */
  oldSerial: string | null;
  carrier: string | null;
  ported: boolean;
  device: Device;
}

/** A cell as a file gives it. */
export type Cell = string | number | boolean | Date | null | undefined;

/**
 * Reads the cells of a row: text in NFC with single spaces, one mistake at most to a cell.
 * @param today YYYY-MM-DD in Vietnam
 * @param formulas says which cells of this row, from 1, hold a formula
 */
export function checkRow(row: number, cells: readonly Cell[], today: string, formulas: (column: number) => boolean): { value: WorkbookRow | undefined; mistakes: Mistake[] } {
  const mistakes: Mistake[] = [];
  const values = new Map<ColumnKey, string>();
  for (const [index, column] of columns.entries()) {
    const read = readCell(column, cells[index], today, formulas(index + 1));
    if ('code' in read) mistakes.push({ row, column: letterOf(index), header: column.header, code: read.code });
    else values.set(column.key, read.text);
  }
  mistakes.push(...checkTogether(row, values, today));
  return { value: mistakes.length > 0 ? undefined : rowOf(row, values), mistakes };
}

type Read = { text: string } | { code: MistakeCode };

function readCell(column: Column, cell: Cell, today: string, isFormula: boolean): Read {
  const text = textOf(column, cell);
  if (isFormula || (text.startsWith('=') && text.length > 1)) return { code: 'formula' };
  if (text === '') return column.required ? { code: 'missing' } : { text };
  if (/[\p{Cc}\p{Cs}\p{Co}\uFFFD]/u.test(text)) return { code: 'characters' };
  if (text.length > (column.max ?? 200)) return { code: 'too-long' };
  if (column.oneOf) {
    const known = column.oneOf.find((value) => value === text.toLocaleUpperCase('vi'));
    return known === undefined ? { code: 'one-of' } : { text: known };
  }
  return readTyped(column, text, cell, today);
}

/** A sheet's date has no zone: its own day is meant. */
function textOf({ type }: Column, cell: Cell): string {
  if (cell instanceof Date) {
    if (Number.isNaN(cell.getTime())) return '?';
    const [year, month, day] = cell.toISOString().slice(0, 10).split('-');
    return `${day}/${month}/${year}`;
  }
  // a mobile number that a sheet took for a number has lost its zero
  if (typeof cell === 'number' && type === 'phone') return `0${cell}`.replace(/^00/, '0');
  return cell === null || cell === undefined ? '' : String(cell).normalize('NFC').replaceAll(/[\s\u00a0]+/gu, ' ').trim();
}

function readTyped({ type }: Column, text: string, cell: Cell, today: string): Read {
  switch (type) {
    case 'date': {
      const date = readDate(text);
      if (date === undefined) return { code: 'date' };
      return date > today ? { code: 'date-to-come' } : { text: date };
    }
    case 'id':
      if (typeof cell === 'number' && text.length < 12) return { code: 'zeros-lost' };
      return /^\d{12}$/.test(text) ? { text } : { code: 'national-id' };
    case 'person':
      return /^[\p{L}\p{M}][\p{L}\p{M}'’. -]*$/u.test(text) ? { text } : { code: 'characters' };
    case 'email':
      return isMailAddress(text) ? { text: text.toLowerCase() } : { code: 'email' };
    case 'phone': {
      const mobile = parseMobile(text);
      return mobile === undefined ? { code: 'phone' } : { text: mobile };
    }
    case 'serial': {
      const hex = text.replaceAll(/[\s:]/g, '').toLowerCase();
      return /^[0-9a-f]{2,40}$/.test(hex) ? { text: (hex.length % 2 === 0 ? hex : `0${hex}`).replace(/^(?:00)+(?=[0-9a-f]{2})/, '') } : { code: 'serial' };
    }
    default:
      return { text };
  }
}

/** dd/MM/yyyy, a day that exists. */
function readDate(text: string): string | undefined {
  const [, day = '', month = '', year = ''] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text) ?? [];
  if (year === '') return undefined;
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const at = new Date(`${iso}T00:00:00Z`);
  return Number.isNaN(at.getTime()) || !at.toISOString().startsWith(iso) ? undefined : iso;
}

/** What one cell says of another. */
function checkTogether(row: number, values: ReadonlyMap<ColumnKey, string>, today: string): Mistake[] {
  const mistakes: Mistake[] = [];
  const [id, birthDate] = [values.get('nationalId'), values.get('birthDate')];
  if (id && birthDate) {
    const pointer = validateNationalId(id, birthDate, undefined, today).errors[0]?.pointer;
    if (pointer === '/birthDate') mistakes.push(mistakeIn(row, 'birthDate', 'birth-date'));
    else if (pointer) mistakes.push(mistakeIn(row, 'birthDate', 'birth-year'));
  }
  const levels = (['level1', 'level2', 'level3', 'level4'] as const).map((key) => values.get(key) ?? '');
  const last = levels.findLastIndex((level) => level !== '');
  const gap = levels.findIndex((level, i) => i < last && level === '');
  if (gap > 0) mistakes.push(mistakeIn(row, `level${gap + 1}` as ColumnKey, 'level-skipped'));
  const sim = values.get('device') === 'SIM';
  if (sim && values.get('carrier') === '') mistakes.push(mistakeIn(row, 'carrier', 'missing'));
  if (sim && values.get('mobile') === '') mistakes.push(mistakeIn(row, 'mobile', 'missing'));
  if (!sim && values.has('device') && values.get('ported') === 'X') mistakes.push(mistakeIn(row, 'ported', 'sim-only'));
  return mistakes;
}

function rowOf(row: number, values: ReadonlyMap<ColumnKey, string>): WorkbookRow {
  const text = (key: ColumnKey): string => values.get(key) ?? '';
  const orNull = (key: ColumnKey): string | null => values.get(key) || null;
  return {
    row, name: text('name'), birthDate: text('birthDate'), nationalId: text('nationalId'), idIssuer: orNull('idIssuer'), idIssuedOn: text('idIssuedOn'),
    email: text('email'), levels: (['level1', 'level2', 'level3', 'level4'] as const).map(text).filter(Boolean), province: text('province'),
    position: text('position'), mobile: orNull('mobile'), oldSerial: orNull('oldSerial'), carrier: orNull('carrier'), ported: text('ported') === 'X',
    device: (orNull('device') ?? 'TOKEN') as Device,
  };
}
