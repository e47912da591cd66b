import { randomUUID } from 'node:crypto';
import type { Language } from '../http/language.ts';
import { addJobOnCommit } from '../jobs/add.ts';
import type { Tx } from '../services.ts';
import { isMailAddress } from './address.ts';
import { insertMails, type MailRow } from './store.ts';
import { templates, type MailTemplate } from './templates.ts';

export interface NewMail {
  to: string;
  template: MailTemplate;
  language: Language;
  /** What the template names, as text. */
  facts: Record<string, string>;
  /** Two mails with one key are one mail, for ever. */
  dedupeKey?: string;
}

/**
 * Queues a mail that is sent if and only if the transaction commits. An address that cannot be written to does not
 * undo the caller's work: the mail is stored as failed, for operators to see.
 */
export async function queueMail(tx: Tx, mail: NewMail): Promise<void> {
  await queueMails(tx, [mail]);
}

/** The same for many, in one statement. Answers how many are new. @throws Error when a fact of the template is missing */
export async function queueMails(tx: Tx, mails: readonly NewMail[]): Promise<number> {
  if (mails.length === 0) return 0;
  // The moment of writing by the wall clock, as in the audit.
  const at = new Date();
  const stored = await insertMails(tx, mails.map((mail) => rowOf(mail, at)));
  // one after the other: a mail server that hangs must not take the workers of everything else
  if (stored > 0) await addJobOnCommit(tx, 'send-mails', {}, { queue: 'mail' });
  return stored;
}

function rowOf({ to, template, language, facts, dedupeKey }: NewMail, at: Date): MailRow {
  const missing = templates[template].facts.find((fact) => facts[fact] === undefined);
  if (missing !== undefined) throw new Error(`mail ${template} needs the fact ${missing}`);
  const good = isMailAddress(to);
  return {
    id: randomUUID(), dedupeKey: dedupeKey ?? null, recipient: good ? to : safe(to), template, language, facts: good ? facts : null,
    state: good ? 'queued' : 'failed', attempts: 0, lastError: good ? null : 'the address is not a mail address', queuedAt: at,
    nextAttemptAt: null, sendingSince: null, finishedAt: good ? null : at,
  };
}

/** To be shown, not written to. */
const safe = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cs}]/gu, '\uFFFD').slice(0, 320) || '-';
