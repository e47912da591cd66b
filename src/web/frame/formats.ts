import type { Language } from '../../http/language.ts';

const zone = 'Asia/Ho_Chi_Minh';
const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, day: '2-digit', month: '2-digit', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

function partsOf(at: Date): Record<string, string> {
  return Object.fromEntries(parts.formatToParts(at).map(({ type, value }) => [type, value]));
}

/** dd/mm/yyyy, the day as it is in Vietnam. */
export function showDate(at: Date): string {
  const { day, month, year } = partsOf(at);
  return `${day}/${month}/${year}`;
}

/** dd/mm/yyyy hh:mm as it is in Vietnam; every page says which time that is. */
export function showDateTime(at: Date): string {
  const { hour, minute } = partsOf(at);
  return `${showDate(at)} ${hour}:${minute}`;
}

const numbers = { vi: new Intl.NumberFormat('vi-VN'), en: new Intl.NumberFormat('en-GB') };

/** 1.234.567 in Vietnamese, 1,234,567 in English. */
export function showNumber(value: number, language: Language): string {
  return numbers[language].format(value);
}

/** A path with some of its query's parameters set, or taken out where the value is null. */
export function withQuery(here: string, change: Readonly<Record<string, string | number | null | undefined>>): string {
  const [path = '/', query = ''] = here.split('?');
  const search = new URLSearchParams(query);
  for (const [name, value] of Object.entries(change)) {
    if (value === null || value === undefined) search.delete(name);
    else search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Hex in pairs, as people compare it: `0A:1B:2C`. */
export function showHex(hex: string): string {
  return hex.toUpperCase().replaceAll(/..(?=.)/g, '$&:');
}
