import type { Language } from '../http/language.ts';
import { queueMails, type NewMail } from '../notifications/queue.ts';
import { policyAt } from '../policies/find.ts';
import { localDate } from '../policies/working-days.ts';
import { groundOf, kindRules } from '../requests/kinds.ts';
import type { Services } from '../services.ts';
import { listDue, listOperatorMails, type DueRow } from './store.ts';

type World = Pick<Services, 'config' | 'db' | 'now'>;

const mostListed = 100;
/** More than may wait at once: the numbers in the mail are then "at least". */
const mostCounted = 10_000;

/**
 * The day's mail to operators: what is overdue and what will be soon, by the policy's hours. Once a day to each, however
 * often it runs.
 * @returns the number of mails that are new
 */
export async function remindOfDeadlines({ config, db, now }: World): Promise<number> {
  const at = now();
  const hours = await policyAt(db, 'deadline.warn_hours', at);
  const due = await listDue(db, new Date(at.getTime() + hours * 3_600_000), { limit: mostCounted });
  if (due.length === 0) return 0;
  const overdue = due.filter(({ dueAt }) => dueAt <= at).length;
  const linesIn = (language: Language): string => [...due.slice(0, mostListed).map((one) => lineOf(one, at, language)), ...(due.length > mostListed ? ['…'] : [])].join('\n');
  const [lines, linesEn] = [linesIn('vi'), linesIn('en')];
  const operators = await listOperatorMails(db, at);
  return db.transaction((tx) => queueMails(tx, operators.map(({ id, email }): NewMail => ({
    to: email, template: 'requests-due', language: 'vi', dedupeKey: `requests-due:${localDate(at)}:${id}`,
    facts: { overdue: String(overdue), soon: String(due.length - overdue), lines, linesEn, listUrl: `${config.publicUrl}/work-list` },
  }))));
}

/** Tells every operator of each urgent revocation, once, as soon as it is handed in. */
export async function tellOfUrgent({ config, db, now }: World): Promise<number> {
  const at = now();
  const urgent = await listDue(db, new Date(at.getTime() + 366 * 86_400_000), { urgentOnly: true, limit: mostListed });
  if (urgent.length === 0) return 0;
  const operators = await listOperatorMails(db, at);
  const mails = urgent.flatMap(({ id, subjectText, ground, dueAt }) => operators.map((operator): NewMail => ({
    to: operator.email, template: 'urgent-revocation', language: 'vi', dedupeKey: `urgent-revocation:${id}:${operator.id}`,
    facts: { subject: subjectText, ground: ground ? groundOf(ground).vi : '', groundEn: ground ? groundOf(ground).en : '', dueAt: localTime(dueAt), requestUrl: `${config.publicUrl}/work-list/${id}` },
  })));
  return db.transaction((tx) => queueMails(tx, mails));
}

const lineWords = { vi: { overdue: 'QUÁ HẠN', soon: 'sắp đến hạn', urgent: 'KHẨN, ' }, en: { overdue: 'OVERDUE', soon: 'due', urgent: 'URGENT, ' } } as const;

function lineOf({ kind, subjectText, agencyCode, dueAt, urgent }: DueRow, at: Date, language: Language): string {
  const words = lineWords[language];
  return `${dueAt <= at ? words.overdue : words.soon} ${localTime(dueAt)}: ${urgent ? words.urgent : ''}${kindRules[kind][language]}, ${subjectText} (${agencyCode})`;
}

const localTime = (at: Date): string => new Intl.DateTimeFormat('vi-VN', { timeZone: 'Asia/Ho_Chi_Minh', dateStyle: 'short', timeStyle: 'short' }).format(at);
