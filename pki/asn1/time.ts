import { PkiError } from '../error.ts';
import type { DerElement } from './der-reader.ts';

/** Contents octets where they stand, and the offset that a refusal names. */
type Span = Pick<DerElement, 'source' | 'from' | 'to' | 'offset'>;

const [zero, period, zulu] = [0x30, 0x2e, 0x5a];

const malformed = (offset: number): PkiError => new PkiError('asn1-time-malformed', { rule: 'RFC 5280 §4.1.2.5', offset });

/**
 * The instant of a UTCTime: `YYMMDDHHMMSSZ`, years from 50 are 19xx (RFC 5280 §4.1.2.5.1).
 * @throws PkiError `asn1-time-malformed`
 */
export function utcTimeOf({ source, from, to, offset }: Span): Date {
  if (to - from !== 13 || source[to - 1] !== zulu) throw malformed(offset);
  const year = digitsAt(source, from, 2);
  return instant((year >= 50 ? 1900 : 2000) + year, { source, from: from + 2, offset }, 0);
}

/**
 * The instant of a GeneralizedTime: `YYYYMMDDHHMMSSZ` (RFC 5280 §4.1.2.5.2).
 * @param fractions also accept DER's fraction of a second (X.690 §11.7), which RFC 3161 §2.4.2 uses; milliseconds are kept
 * @throws PkiError `asn1-time-malformed`
 */
export function generalizedTimeOf({ source, from, to, offset }: Span, fractions: boolean): Date {
  if (to - from < 15 || source[to - 1] !== zulu) throw malformed(offset);
  const places = to - from - 16;
  let milliseconds = 0;
  if (places >= 0) {
    const fraction = digitsAt(source, from + 15, places);
    const last = source[to - 2];
    if (!fractions || source[from + 14] !== period || places < 1 || places > 9 || last === zero || Number.isNaN(fraction)) throw malformed(offset);
    milliseconds = Math.floor(fraction * 1000 / 10 ** places);
  }
  return instant(digitsAt(source, from, 4), { source, from: from + 4, offset }, milliseconds);
}

/** @param rest `MMDDHHMMSS` from there on */
function instant(year: number, { source, from, offset }: Omit<Span, 'to'>, milliseconds: number): Date {
  const month = digitsAt(source, from, 2);
  const day = digitsAt(source, from + 2, 2);
  const hour = digitsAt(source, from + 4, 2);
  const minute = digitsAt(source, from + 6, 2);
  const second = digitsAt(source, from + 8, 2);
  // a number that is none fails every comparison
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) && hour < 24 && minute < 60 && second < 60)) {
    throw malformed(offset);
  }
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second, milliseconds));
  // Date.UTC takes the years 0 to 99 for 1900 to 1999
  if (year < 100) date.setUTCFullYear(year, month - 1, day);
  return date;
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysIn(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : monthDays[month - 1]!;
}

/** The number in decimal digits; NaN if one is none. */
function digitsAt(source: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const digit = source[i]! - zero;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** `YYYYMMDDHHMMSSZ`; fractions of a second are dropped. */
export function generalizedTimeText(at: Date): string {
  return `${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
}
