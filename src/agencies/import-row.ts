import { readText, isFormula } from '../http/csv.ts';
import { certificateNameCharacters, tidy } from './create.ts';
import { parseAgencyCode } from './code.ts';
import { fieldWords, type FieldMistakeCode } from '../field-mistakes.ts';
import { type Words } from '../problems.ts';

/** The columns of the file, in the order they are written; `code` and `name` must be there. */
export const columns = ['code', 'name', 'certificateName', 'unitCode', 'locality', 'validFrom', 'validTo', 'successor', 'aliases'] as const;
export type Column = (typeof columns)[number];

/** What is wrong with a line, and where; a line that cannot be read at all has no column. */
export interface Refusal { line: number; column: Column | null; message: Words }

/** A line as it was meant: an empty cell says nothing about its column. */
export interface ImportRow {
  line: number;
  code: string;
  name: string;
  certificateName: string | undefined;
  unitCode: string | undefined;
  locality: string | undefined;
  validFrom: Date | undefined;
  validTo: Date | undefined;
  successor: string | undefined;
  aliases: string[];
}

const maxAliases = 20;

/** Reads one line by the columns of its header; every mistake of the line is named. */
export function readImportRow(line: number, cells: readonly string[], header: readonly Column[]): ImportRow | Refusal[] {
  if (cells.length > header.length) return [{ line, column: null, message: fieldWords('cells-too-many', { cells: cells.length, header: header.length }) }];
  const refused: Refusal[] = [];
  const refuse = (column: Column, code: FieldMistakeCode, facts?: Readonly<Record<string, string | number>>): undefined => void refused.push({ line, column, message: fieldWords(code, facts) });
  const cell = (column: Column, most: number): string | undefined => {
    const raw = (cells[header.indexOf(column)] ?? '').trim();
    if (raw === '') return undefined;
    // what a spreadsheet would run is no name of an agency; behind an apostrophe it is text
    if (isFormula(raw)) return refuse(column, 'formula');
    const text = readText(raw);
    if (/[\p{Cc}\p{Cs}]/u.test(text)) return refuse(column, 'control-characters');
    const tidied = tidy(text);
    return tidied.length > most ? refuse(column, 'too-long', { most }) : tidied;
  };
  const date = (column: Column): Date | undefined => {
    const text = cell(column, 30);
    if (text === undefined) return undefined;
    return parseDay(text) ?? refuse(column, 'date-form');
  };
  const code = (column: Column): string | undefined => {
    const text = cell(column, 35);
    if (text === undefined) return undefined;
    return parseAgencyCode(text) ? text : refuse(column, 'code-form');
  };
  const row = {
    line, code: code('code'), name: cell('name', 250), certificateName: cell('certificateName', certificateNameCharacters),
    unitCode: cell('unitCode', 10), locality: cell('locality', 128), validFrom: date('validFrom'), validTo: date('validTo'), successor: code('successor'),
    aliases: (cell('aliases', 800) ?? '').split(/[;,\s]+/).filter(Boolean),
  };
  const missing = (['code', 'name'] as const).filter((column) => row[column] === undefined && !refused.some((r) => r.column === column));
  for (const column of missing) refuse(column, 'required');
  if (row.unitCode !== undefined && !/^([0-9]{2}|[0-9]{5})$/.test(row.unitCode)) refuse('unitCode', 'unit-code-form');
  if (row.successor !== undefined && row.validTo === undefined) refuse('successor', 'successor-of-open');
  if (row.aliases.length > maxAliases || row.aliases.some((alias) => !parseAgencyCode(alias))) refuse('aliases', 'aliases-form', { most: maxAliases });
  if (row.name !== undefined && row.certificateName === undefined && row.name.length > certificateNameCharacters && !header.includes('certificateName')) {
    refuse('name', 'name-shorter-column', { most: certificateNameCharacters });
  }
  if (refused.length > 0 || row.code === undefined || row.name === undefined) return refused;
  return { ...row, code: row.code, name: row.name };
}

/** Midnight in Việt Nam (UTC+7, no summer time) of a day, or an instant in full. */
export function parseDay(text: string): Date | undefined {
  const turned = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text);
  const day = turned ? `${turned[3]}-${turned[2]!.padStart(2, '0')}-${turned[1]!.padStart(2, '0')}` : text;
  const full = /^\d{4}-\d{2}-\d{2}$/.test(day) ? `${day}T00:00:00+07:00` : day;
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/.test(full)) return undefined;
  const at = new Date(full);
  // 31 February is no day, though Date rolls it over
  return Number.isNaN(at.getTime()) || printDay(new Date(`${full.slice(0, 10)}T00:00:00+07:00`)) !== full.slice(0, 10) ? undefined : at;
}

/** A day as `parseDay` reads it; an instant within a day in full. */
export function printDay(at: Date): string {
  const local = new Date(at.getTime() + 7 * 3_600_000).toISOString();
  return local.endsWith('T00:00:00.000Z') ? local.slice(0, 10) : at.toISOString();
}
