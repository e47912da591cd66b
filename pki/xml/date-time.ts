/**
 * An xsd:dateTime as an instant; a time without a zone is taken for UTC, as nothing says better.
 * Undefined for what is no date. Fractions beyond the millisecond are dropped.
 */
export function parseDateTime(text: string): Date | undefined {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  if (!found) return undefined;
  const [, dateAndTime, fraction = '', zone = 'Z'] = found;
  const date = new Date(`${dateAndTime}${fraction.slice(0, 4)}${zone}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
