import type { Language } from '../http/language.ts';
import type { Cell, Row } from './store.ts';

/** A text in both languages. */
export type Words = Readonly<Record<Language, string>>;

/** What a cell is; `share` is never stored but divided from two other columns, in totals as well; of a `level`, rows are moments and have no sum. */
export type ColumnType = 'text' | 'word' | 'count' | 'level' | 'share' | 'days' | 'month' | 'day';
export interface Column { key: string; label: Words; type: ColumnType; /** of a share */ of?: readonly [part: string, whole: string] }

const column = (type: ColumnType) => (key: string, vi: string, en: string): Column => ({ key, label: { vi, en }, type });
export const text = column('text');
export const word = column('word');
export const count = column('count');
export const level = column('level');
export const days = column('days');
export const month = column('month');
export const day = column('day');
export const share = (key: string, of: readonly [string, string], label: readonly [vi: string, en: string]): Column =>
  ({ key, label: { vi: label[0], en: label[1] }, type: 'share', of });

/** The words of the register's own codes. */
const codeWords: Readonly<Record<string, Words>> = {
  'official-signing': { vi: 'Chữ ký số cá nhân', en: 'Official’s signature' },
  'agency-seal': { vi: 'Chữ ký số cơ quan, tổ chức', en: 'Agency’s seal' },
  'service-tls-client': { vi: 'Thiết bị, dịch vụ, phần mềm', en: 'Device, service, software' },
  'in-force': { vi: 'Còn hiệu lực', en: 'In force' },
  expired: { vi: 'Hết hạn', en: 'Expired' },
  revoked: { vi: 'Đã thu hồi', en: 'Revoked' },
  'on-hold': { vi: 'Tạm dừng', en: 'On hold' },
  issue: { vi: 'Cấp mới', en: 'Issue' },
  renew: { vi: 'Gia hạn', en: 'Renewal' },
  change: { vi: 'Thay đổi nội dung', en: 'Change of content' },
  revoke: { vi: 'Thu hồi', en: 'Revocation' },
  'revoke-urgent': { vi: 'Thu hồi khẩn cấp', en: 'Urgent revocation' },
  'restore-device': { vi: 'Khôi phục thiết bị', en: 'Restoring a device' },
};

/** The rows with their shares, and the sums of what can be summed. A share of nothing is null. */
export function completeRows(columns: readonly Column[], rows: readonly Row[]): { rows: Row[]; totals: Row } {
  const totals: Row = Object.fromEntries(columns.map(({ key, type }) =>
    [key, type === 'count' ? rows.reduce((sum, row) => sum + Number(row[key] ?? 0), 0) : null]));
  const complete = (row: Row): Row => Object.fromEntries(columns.map(({ key, of }) => [key, of ? divide(row[of[0]], row[of[1]]) : row[key] ?? null]));
  return { rows: rows.map(complete), totals: complete(totals) };
}

const divide = (part: Cell | undefined, whole: Cell | undefined): number | null =>
  (Number(whole ?? 0) === 0 ? null : Math.round((Number(part) / Number(whole)) * 10_000) / 10_000);

/** A cell as a person reads it; a month as 11/2026, a day as 23/11/2026. */
export function printCell({ type }: Column, cell: Cell | undefined, language: Language): string {
  if (cell === null || cell === undefined) return '';
  if (type === 'word') return codeWords[String(cell)]?.[language] ?? String(cell);
  if (type === 'month' || type === 'day') return String(cell).split('-').toReversed().join('/');
  if (typeof cell === 'string') return cell;
  if (type === 'share') return `${printNumber(cell * 100, language, 1)} %`;
  return printNumber(cell, language, type === 'days' ? 2 : 0);
}

/** 83,3 % (5/6) */
export function printShare([part = 0, whole = 0]: readonly number[], language: Language): string {
  return `${printNumber((part / whole) * 100, language, 1)} % (${printNumber(part, language)}/${printNumber(whole, language)})`;
}

/** 1.234,5 in Vietnamese, 1,234.5 in English. */
export const printNumber = (value: number, language: Language, digits = 0): string =>
  new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
