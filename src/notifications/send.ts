import type { JobTask } from '../jobs/task.ts';
import type { Services } from '../services.ts';
import { composeMail } from './compose.ts';
import { openFacts } from './sealed.ts';
import { findDueMail, lockNextMail, markMail, markMailsExpired, markMailsPutOff, markMailsUncertain, type MailRow } from './store.ts';
import { createMailTransport, MailFailure, type MailTransport } from './transport.ts';

type World = Pick<Services, 'db' | 'now' | 'log' | 'config' | 'keystore'>;

const minuteMs = 60_000;
// Longer than a living node takes to hand one mail over, timeouts included.
const uncertainAfterMs = 15 * minuteMs;
// RFC 5321 §4.5.4.1 asks for at least 4-5 days of tries; what is older than a month would only confuse.
const expiredAfterDays = 30;

/**
 * Sends what is due, one mail after the other, until nothing is or the server cannot be reached.
 *
 * Never twice: a mail is marked as being sent, and that is committed, before the server hears of it. Nothing lost: the
 * connection is tried before any mail is marked, so a server that is down leaves all of them queued; what a temporary refusal
 * puts off is tried again with growing waits. A node that dies in the moment of handing over leaves a mail `uncertain`,
 * shown to operators: only a person can say whether it should go out once more.
 */
export async function sendMails(services: World): Promise<void> {
  const { config, db, now, log } = services;
  if (!config.mail) return;
  const at = now();
  const uncertain = await db.transaction(async (tx) => {
    await markMailsExpired(tx, expiredAfterDays, at);
    return markMailsUncertain(tx, new Date(at.getTime() - uncertainAfterMs), at);
  });
  if (uncertain > 0) log.warn({ mails: uncertain }, 'mails were being handed over when a node stopped; see the notifications');
  if (!(await findDueMail(db, at))) return;
  const transport = createMailTransport(config.mail);
  try {
    await transport.open();
    while (await sendNext(services, transport));
  } catch (error) {
    if (!(error instanceof MailFailure)) throw error;
    // The next run is a minute away: that is the retry, and the mails' own waits grow.
    log.warn({ reason: error.message }, 'the mail server cannot be reached; mails wait');
    await db.transaction((tx) => markMailsPutOff(tx, now(), error.message));
  } finally {
    transport.close();
  }
}

/** False when nothing is due. @throws MailFailure when the server cannot be reached; the mail is queued again by then */
async function sendNext(services: World, transport: MailTransport): Promise<boolean> {
  const { db, now, log } = services;
  const mail = await db.transaction((tx) => lockNextMail(tx, now()));
  if (!mail) return false;
  const { id, recipient: to, language } = mail;
  try {
    const facts = await openFacts(services, mail).catch((error: unknown) => { throw new MailFailure('later', error); });
    await transport.send({ id, to, language, ...composeMail(mail.template, language, facts) });
  } catch (error) {
    const { kind, message } = error instanceof MailFailure ? error : new MailFailure('refused', error);
    const final = kind === 'refused' || kind === 'unknown';
    await db.transaction((tx) => markMail(tx, id, final
      ? { state: kind === 'refused' ? 'failed' : 'uncertain', lastError: message, finishedAt: now() }
      : { state: 'queued', lastError: message, nextAttemptAt: new Date(now().getTime() + waitMs(mail)) }));
    log.warn({ mail: id, reason: message, kind }, 'a mail was not taken');
    if (kind === 'connection') throw error;
    return true;
  }
  // What was sent is not needed here any more; it may hold links meant for one person.
  await db.transaction((tx) => markMail(tx, id, { state: 'sent', facts: null, lastError: null, finishedAt: now() }));
  return true;
}

/** 1, 2, 4 … minutes, an hour at most. */
const waitMs = ({ attempts }: MailRow): number => Math.min(2 ** (attempts - 1), 60) * minuteMs;

/** At once after the commit that queues a mail, and every minute for what waits. */
export const notificationTasks: readonly JobTask[] = [
  { name: 'send-mails', cron: '* * * * *', queue: 'mail', run: async (services) => sendMails(services) },
];
