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

/**
 * A printed subject (RFC 4514) as people say it: whose it is, then from the own unit up to the organisation; what machines
 * need is left out. Without a common name it stays as it is.
 */
export function showSubject(text: string): string {
  const parts = (text.match(/(?:\\.|[^\\,+])+/gs) ?? []).map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1).replaceAll(/\\([\\"+,;<># ])/g, '$1')] as const);
  const named = (...types: string[]): string[] => parts.flatMap(([type, value]) => (types.includes(type) ? [value] : []));
  const names = named('CN');
  return names.length === 0 ? text : [...names, ...named('OU'), ...named('O')].join(', ');
}

/** Hex in pairs, as people compare it: `0A:1B:2C`. */
export function showHex(hex: string): string {
  return hex.toUpperCase().replaceAll(/..(?=.)/g, '$&:');
}
