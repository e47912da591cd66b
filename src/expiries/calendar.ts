import createCalendar, { ICalEventTransparency } from 'ical-generator';
import { localDate } from '../policies/working-days.ts';
import type { Services } from '../services.ts';
import { listExpiries, type PlacedFeed } from './store.ts';

const dayMs = 86_400_000;
const daysBack = 30;
const daysAhead = 400;
const mostEvents = 5_000;
const refreshSeconds = 21_600;

/** The ends of an agency's certificates as a calendar of whole days (RFC 5545), from a month back to a year ahead. */
export async function expiryCalendar({ db, now, config }: Pick<Services, 'db' | 'now' | 'config'>, feed: PlacedFeed): Promise<string> {
  const at = now();
  const expiries = await listExpiries(db, feed.agencyPath, {
    from: new Date(at.getTime() - daysBack * dayMs), to: new Date(at.getTime() + daysAhead * dayMs), limit: mostEvents,
  });
  const domain = new URL(config.publicUrl).hostname;
  const calendar = createCalendar({
    name: plain(`Chứng thư sắp hết hạn: ${feed.agencyName}`), prodId: { company: 'antin', product: 'expiries', language: 'VI' }, ttl: refreshSeconds,
  });
  for (const { id, serialNumber, subject, notAfter, agencyCode } of expiries) {
    const day = new Date(`${localDate(notAfter)}T00:00:00Z`);
    calendar.createEvent({
      // the same id for ever, so that a calendar that fetches again changes its entry and adds none
      id: `${id}@${domain}`, stamp: at, start: day, end: new Date(day.getTime() + dayMs), allDay: true, transparency: ICalEventTransparency.TRANSPARENT,
      summary: plain(`Hết hạn chứng thư: ${commonName(subject)}`),
      description: plain(`${subject}\nSố hiệu: ${serialNumber}${agencyCode === null ? '' : `\nCơ quan: ${agencyCode}`}`),
      url: `${config.publicUrl}/renew/${id}`,
    });
  }
  return calendar.toString();
}

/** The CN of an RFC 4514 text, without its escapes; the whole text where it has none. */
const commonName = (subject: string): string => /(?:^|[,+])CN=((?:\\.|[^,+\\])+)/.exec(subject)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? subject;

/** ical-generator escapes what RFC 5545 §3.3.11 says; carriage returns and other controls it lets through. */
const plain = (text: string): string => text.replaceAll(/[^\P{Cc}\n]|\p{Cs}/gu, ' ');
