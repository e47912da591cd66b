import { localDate } from '../policies/working-days.ts';
import type { Services } from '../services.ts';
import { counted, type CountedService } from './count.ts';
import { listLoad, type LoadRow } from './store.ts';

/** The answers of an hour or of a local day, by kind in the order of `counted`. */
export interface LoadSpan { startsAt: Date; answers: number[] }
export interface Load { hours: LoadSpan[]; days: LoadSpan[] }

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How many answers each service gave in the 24 hours and the 30 local days that end now, those of the last seconds excepted. */
export async function findLoad({ db, now }: Pick<Services, 'db' | 'now'>): Promise<Readonly<Record<CountedService, Load>>> {
  const hour = Math.floor(now().getTime() / hourMs) * hourMs;
  const today = Date.parse(`${localDate(now())}T00:00:00+07:00`);
  const starts = (last: number, count: number, step: number): Date[] => Array.from({ length: count }, (_, i) => new Date(last - (count - 1 - i) * step));
  const [hours, days] = [starts(hour, 24, hourMs), starts(today, 30, dayMs)];
  const found = await listLoad(db, { hoursFrom: hours[0]!, daysFrom: days[0]! });
  const spans = (service: CountedService, rows: readonly LoadRow[], at: readonly Date[]): LoadSpan[] => {
    const known = new Map(rows.filter((row) => row.service === service).map((row) => [`${row.startsAt.getTime()} ${row.answer}`, row.answers]));
    return at.map((startsAt) => ({ startsAt, answers: counted[service].map((answer) => known.get(`${startsAt.getTime()} ${answer}`) ?? 0) }));
  };
  const loadOf = (service: CountedService): Load => ({ hours: spans(service, found.hours, hours), days: spans(service, found.days, days) });
  return { ocsp: loadOf('ocsp'), verification: loadOf('verification') };
}
