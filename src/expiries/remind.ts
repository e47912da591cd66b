import { sayName } from '../../pki/name/print.ts';
import { isMailAddress } from '../notifications/address.ts';
import { queueMails, type NewMail } from '../notifications/queue.ts';
import { policyAt } from '../policies/find.ts';
import { localDay } from '../policies/working-days.ts';
import type { Services } from '../services.ts';
import { insertDueReminders, listNearestRegistrars, type DueReminder, type Registrar } from './store.ts';

const dayMs = 86_400_000;
const batch = 2_000;
const mostListed = 100;

/**
 * Queues mails about certificates that end soon: to the official, and to the nearest registrars one list for many. Each
 * certificate once for each of the policy's days: the mark and the mails are of one transaction, so a run that was cut short
 * goes on, a day without a run is made up for, and two runs at once share the work.
 * @returns the number of certificates
 */
export async function remindOfExpiries({ config, db, now, log }: Pick<Services, 'config' | 'db' | 'now' | 'log'>): Promise<number> {
  const at = now();
  const daysBefore = await policyAt(db, 'reminder.days_before', at);
  if (daysBefore.length === 0) return 0;
  let reminded = 0;
  for (;;) {
    const count = await db.transaction(async (tx) => {
      const due = await insertDueReminders(tx, daysBefore, at, batch);
      const registrars = await listNearestRegistrars(tx, [...new Set(due.map(({ agencyPath }) => agencyPath))], at);
      const link = (id: string): string => `${config.publicUrl}/renew/${id}`;
      await queueMails(tx, [...toOfficials(due, at, link), ...toRegistrars(due, registrars, { at, link, list: `${config.publicUrl}/renew` })]);
      return due.length;
    });
    reminded += count;
    if (count < batch) break;
  }
  if (reminded > 0) log.info({ certificates: reminded }, 'reminded of certificates that end soon');
  return reminded;
}

type Link = (certificateId: string) => string;

function toOfficials(due: readonly DueReminder[], at: Date, link: Link): NewMail[] {
  return due.flatMap((one) => (one.officialEmail !== null && isMailAddress(one.officialEmail) ? [aboutOne(one, one.officialEmail, at, link)] : []));
}

function toRegistrars(due: readonly DueReminder[], registrars: readonly Registrar[], { at, link, list }: { at: Date; link: Link; list: string }): NewMail[] {
  const byPath = Map.groupBy(due, ({ agencyPath }) => agencyPath);
  const byRegistrar = Map.groupBy(registrars, ({ id }) => id);
  return [...byRegistrar.values()].flatMap((places): NewMail[] => {
    const { id, email } = places[0]!;
    const mine = places.flatMap(({ path }) => byPath.get(path) ?? []).filter(({ officialEmail }) => officialEmail !== email);
    const [first] = mine;
    if (!first || !isMailAddress(email)) return [];
    if (mine.length === 1) return [aboutOne(first, email, at, link)];
    const lines = mine.slice(0, mostListed).map((one) => `${endsOn(one)}: ${sayName(one.subject)} (${one.serialNumber})`);
    return [{
      to: email, template: 'certificates-expiring', language: 'vi', dedupeKey: `expiring:${first.id}:${first.daysBefore}:${id}`,
      facts: { count: String(mine.length), lines: [...lines, ...(mine.length > mostListed ? ['…'] : [])].join('\n'), listUrl: list },
    }];
  });
}

function aboutOne(one: DueReminder, to: string, at: Date, link: Link): NewMail {
  const { id, serialNumber, officialName, notAfter, daysBefore } = one;
  const subject = sayName(one.subject);
  return {
    to, template: 'certificate-expiring', language: 'vi', dedupeKey: `expiring:${id}:${daysBefore}:${to}`.slice(0, 200),
    facts: {
      name: officialName ?? subject, subject, serialNumber, endsOn: endsOn(one), renewUrl: link(id),
      daysLeft: String(Math.ceil((notAfter.getTime() - at.getTime()) / dayMs)),
    },
  };
}

const endsOn = ({ notAfter }: DueReminder): string => localDay(notAfter);
