import { parseCsv, readText } from '../http/csv.ts';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';

/** Why a person no longer holds the post. A transfer means a change of content or a revocation; the list may say which. */
export const departures = ['retired', 'died', 'transferred', 'transferred-change', 'transferred-revoke'] as const;
export type Departure = (typeof departures)[number];

export interface LeaverRow { line: number; name: string; nationalId: string | null; email: string | null; departure: Departure }
export const leaverMistakes = ['unreadable', 'name-missing', 'nobody-named', 'national-id', 'departure-unknown', 'repeated'] as const;
export interface LeaverMistake { line: number; code: (typeof leaverMistakes)[number] }

const headers: Readonly<Record<string, 'name' | 'nationalId' | 'email' | 'departure'>> = {
  'họ tên': 'name', 'họ và tên': 'name', name: 'name', cccd: 'nationalId', 'số định danh': 'nationalId', 'national id': 'nationalId', nationalid: 'nationalId',
  email: 'email', 'email công vụ': 'email', 'thư điện tử công vụ': 'email', 'lý do': 'departure', reason: 'departure',
};
const words: Readonly<Record<string, Departure>> = {
  retired: 'retired', 'nghỉ hưu': 'retired', 'thôi việc': 'retired', resigned: 'retired', died: 'died', 'từ trần': 'died', transferred: 'transferred',
  'chuyển công tác': 'transferred', 'chuyển công tác - thay đổi nội dung': 'transferred-change', 'chuyển công tác - thu hồi': 'transferred-revoke',
  'transferred-change': 'transferred-change', 'transferred-revoke': 'transferred-revoke',
};
const maxRows = 10_000;

const plain = (text: string): string => readText(text).normalize('NFC').replaceAll('*', ' ').replaceAll(/[\s\u00a0]+/gu, ' ').trim();
const lower = (text: string): string => plain(text).toLocaleLowerCase('vi');

/**
 * Reads a list of people who left, as personnel offices keep it: CSV with a header of name, identity number, e-mail, reason.
 * @throws Problem `invalid-fields` for a header that lacks a column, `too-large`
 */
export function readLeavers(bytes: Uint8Array): { rows: LeaverRow[]; mistakes: LeaverMistake[] } {
  const first = Buffer.from(bytes.subarray(0, 2000)).toString('utf8').split(/[\r\n]/, 1)[0] ?? '';
  const separator = ([',', ';', '\t'] as const).toSorted((a, b) => first.split(b).length - first.split(a).length)[0]!;
  let header: (string | undefined)[] | undefined;
  const rows: LeaverRow[] = [];
  const mistakes: LeaverMistake[] = [];
  const seen = new Set<string>();
  for (const record of parseCsv([bytes], { separator })) {
    if ('broken' in record) {
      mistakes.push({ line: record.line, code: 'unreadable' });
      continue;
    }
    if (!header) {
      header = record.cells.map((cell) => headers[lower(cell)]);
      requireHeader(header);
      continue;
    }
    if (rows.length + mistakes.length >= maxRows) throw new Problem('too-large', { maxRows });
    const read = readRow(record.line, header, record.cells, seen);
    if ('code' in read) mistakes.push(read);
    else rows.push(read);
  }
  if (!header) requireHeader([]);
  return { rows, mistakes };
}

function requireHeader(header: readonly (string | undefined)[]): void {
  const missing = header.includes('name') && header.includes('departure') ? undefined : 'name and reason';
  if (missing ?? !(header.includes('nationalId') || header.includes('email'))) {
    throw wrongField('/file', 'header-lacks');
  }
}

function readRow(line: number, header: readonly (string | undefined)[], cells: readonly string[], seen: Set<string>): LeaverRow | LeaverMistake {
  const cell = (field: string): string => plain(cells[header.indexOf(field)] ?? '');
  const [name, nationalId, email] = [cell('name'), cell('nationalId'), cell('email').toLowerCase()];
  const departure = words[lower(cell('departure'))];
  if (name === '') return { line, code: 'name-missing' };
  if (nationalId === '' && email === '') return { line, code: 'nobody-named' };
  if (nationalId !== '' && !/^\d{12}$/.test(nationalId)) return { line, code: 'national-id' };
  if (!departure) return { line, code: 'departure-unknown' };
  const key = nationalId || email;
  if (seen.has(key)) return { line, code: 'repeated' };
  seen.add(key);
  return { line, name, nationalId: nationalId || null, email: email || null, departure };
}
