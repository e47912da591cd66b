import { PkiError } from '../error.ts';

const malformed = (offset?: number): PkiError =>
  new PkiError('asn1-time-malformed', offset === undefined ? { rule: 'RFC 5280 §4.1.2.5' } : { rule: 'RFC 5280 §4.1.2.5', offset });

/**
 * The instant in the text of a UTCTime: `YYMMDDHHMMSSZ`, years from 50 are 19xx (RFC 5280 §4.1.2.5.1).
 * @throws PkiError `asn1-time-malformed`
 */
export function parseUtcTime(text: string, offset?: number): Date {
  if (!/^\d{12}Z$/.test(text)) throw malformed(offset);
  const year = Number(text.slice(0, 2));
  return instant((year >= 50 ? 1900 : 2000) + year, text.slice(2), 0, offset);
}

/**
 * The instant in the text of a GeneralizedTime: `YYYYMMDDHHMMSSZ` (RFC 5280 §4.1.2.5.2).
 * @param fractions also accept DER's fraction of a second (X.690 §11.7), which RFC 3161 §2.4.2 uses
 * @throws PkiError `asn1-time-malformed`
 */
export function parseGeneralizedTime(text: string, fractions = false, offset?: number): Date {
  const match = /^(\d{4})(\d{10})(?:\.(\d{1,9}))?Z$/.exec(text);
  if (!match) throw malformed(offset);
  const fraction = match[3];
  if (fraction !== undefined && (!fractions || fraction.endsWith('0'))) throw malformed(offset);
  const milliseconds = fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000);
  return instant(Number(match[1]), `${match[2]!}Z`, milliseconds, offset);
}

/** @param rest `MMDDHHMMSSZ` */
function instant(year: number, rest: string, milliseconds: number, offset?: number): Date {
  const [month, day, hour, minute, second] = [0, 2, 4, 6, 8].map((i) => Number(rest.slice(i, i + 2))) as [number, number, number, number, number];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, milliseconds);
  const same = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    && date.getUTCHours() === hour && date.getUTCMinutes() === minute && date.getUTCSeconds() === second;
  if (!same) throw malformed(offset);
  return date;
}

/** `YYYYMMDDHHMMSSZ`; fractions of a second are dropped. */
export function generalizedTimeText(at: Date): string {
  return `${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
}
