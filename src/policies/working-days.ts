const dayMs = 86_400_000;
/** Asia/Ho_Chi_Minh, without summer time since 1975. */
const zoneMs = 7 * 3_600_000;

/** Days that break the rule of the week, by local date `YYYY-MM-DD`: true is worked, false is off. */
export type Calendar = ReadonlyMap<string, boolean>;

/** The local date of an instant, `YYYY-MM-DD`. */
export function localDate(instant: Date): string {
  return new Date(instant.getTime() + zoneMs).toISOString().slice(0, 10);
}

/** The local day of an instant as people write it, `dd/mm/yyyy`. */
export function localDay(instant: Date): string {
  return localDate(instant).split('-').toReversed().join('/');
}

/** Whether the public service works on a local date. */
export function isWorkingDay(date: string, calendar: Calendar): boolean {
  const exception = calendar.get(date);
  if (exception !== undefined) return exception;
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6;
}

/**
 * The end of a term of working days. The day it starts on does not count, and it ends at 24:00 of its
 * last day (Bộ luật Dân sự 2015 Điều 147, 148); the instant returned is the first one outside.
 */
export function dueAt(start: Date, workingDays: number, calendar: Calendar): Date {
  let midnight = Date.parse(`${localDate(start)}T00:00:00Z`);
  for (let left = workingDays; left > 0;) {
    midnight += dayMs;
    if (isWorkingDay(new Date(midnight).toISOString().slice(0, 10), calendar)) left -= 1;
  }
  return new Date(midnight + dayMs - zoneMs);
}
