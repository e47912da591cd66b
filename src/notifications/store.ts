import type { Knex } from 'knex';
import { findPage, type Page, type PageRequest } from '../database/paging.ts';
import type { Language } from '../http/language.ts';
import type { Tx } from '../services.ts';
import type { MailTemplate } from './templates.ts';

export const mailStates = ['queued', 'sending', 'sent', 'failed', 'uncertain', 'expired'] as const;
export type MailState = (typeof mailStates)[number];

export interface MailRow {
  id: string;
  dedupeKey: string | null;
  recipient: string;
  template: MailTemplate;
  language: Language;
  /** null once they are no longer needed */
  facts: Record<string, string> | null;
  state: MailState;
  attempts: number;
  lastError: string | null;
  queuedAt: Date;
  /** null: at once */
  nextAttemptAt: Date | null;
  sendingSince: Date | null;
  finishedAt: Date | null;
}

const columns = [
  ['id', 'uuid'], ['dedupeKey', 'text'], ['recipient', 'text'], ['template', 'text'], ['language', 'text'], ['facts', 'jsonb'], ['state', 'text'],
  ['attempts', 'integer'], ['lastError', 'text'], ['queuedAt', 'timestamptz'], ['nextAttemptAt', 'timestamptz'], ['sendingSince', 'timestamptz'],
  ['finishedAt', 'timestamptz'],
] as const satisfies readonly (readonly [keyof MailRow, string])[];
const fields = columns.map(([field]) => field);
const names = fields.map((field) => field.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)).join(', ');

/** Stores mails; those whose dedupe key is taken are left out. Answers how many are new and to be sent. */
export async function insertMails(tx: Tx, mails: readonly MailRow[]): Promise<number> {
  const values = columns.map(([field]) => mails.map((mail) => (field === 'facts' ? mail.facts && JSON.stringify(mail.facts) : mail[field])) as string[]);
  const { rows } = await tx.raw<{ rows: { state: MailState }[] }>(
    `insert into mails (${names}) select * from unnest(${columns.map(([, type]) => `?::${type}[]`).join(', ')})
     on conflict (dedupe_key) do nothing returning state`, values);
  return rows.filter(({ state }) => state === 'queued').length;
}

/** Whether a mail waits for an attempt now. */
export async function findDueMail(db: Knex, now: Date): Promise<{ id: string } | undefined> {
  return db('mails').where({ state: 'queued' }).andWhere((q) => void q.whereNull('nextAttemptAt').orWhere('nextAttemptAt', '<=', now))
    .first('id') as Promise<{ id: string } | undefined>;
}

/** Takes one due mail for oneself: from its commit on, no other node sends it. */
export async function lockNextMail(tx: Tx, now: Date): Promise<MailRow | undefined> {
  const { rows } = await tx.raw<{ rows: MailRow[] }>(
    `update mails set state = 'sending', sending_since = ?, attempts = attempts + 1 where id = (
       select id from mails where state = 'queued' and (next_attempt_at is null or next_attempt_at <= ?)
       order by next_attempt_at nulls first, queued_at limit 1 for update skip locked)
     returning ${names}`, [now, now]);
  return rows[0];
}

/** The outcome of one attempt, unless somebody else has settled it meanwhile. */
export async function markMail(tx: Tx, id: string, outcome: Partial<Pick<MailRow, 'state' | 'lastError' | 'nextAttemptAt' | 'finishedAt' | 'facts'>>): Promise<void> {
  await tx('mails').where({ id, state: 'sending' }).update({ ...outcome, sendingSince: null });
}

/** Puts off what was due, for the server cannot be reached: the wait doubles with each time, from a minute to a quarter of an hour. */
export async function markMailsPutOff(tx: Tx, now: Date, error: string): Promise<void> {
  await tx.raw(
    `update mails set attempts = attempts + 1, last_error = ?,
       next_attempt_at = ?::timestamptz + least(power(2, least(attempts, 10)), 15) * interval '1 minute'
     where state = 'queued' and (next_attempt_at is null or next_attempt_at <= ?)`, [error, now, now]);
}

/** What was being handed over when a node died: nobody knows whether it arrived. */
export async function markMailsUncertain(tx: Tx, before: Date, now: Date): Promise<number> {
  return tx('mails').where({ state: 'sending' }).where('sendingSince', '<', before)
    .update({ state: 'uncertain', lastError: 'the service stopped while the mail was handed over', sendingSince: null, finishedAt: now });
}

/** Gives up what waits too long, by the clock that `queued_at` was taken from. */
export async function markMailsExpired(tx: Tx, days: number, now: Date): Promise<number> {
  return tx('mails').where({ state: 'queued' }).whereRaw(`queued_at < now() - ? * interval '1 day'`, [days]).update({ state: 'expired', facts: null, finishedAt: now });
}

export async function lockMail(tx: Tx, id: string): Promise<MailRow | undefined> {
  return tx<MailRow>('mails').where({ id }).forUpdate().first(...fields) as Promise<MailRow | undefined>;
}

export async function markMailRequeued(tx: Tx, id: string): Promise<void> {
  await tx('mails').where({ id }).update({ state: 'queued', nextAttemptAt: null, finishedAt: null });
}

export interface MailFilter { state?: MailState | undefined; template?: MailTemplate | undefined; recipient?: string | undefined }

/** Newest first. */
export async function listMails(db: Knex, filter: MailFilter, page: PageRequest): Promise<Page<MailRow>> {
  const query = db('mails').select(...fields.filter((field) => field !== 'facts'));
  for (const [field, value] of Object.entries(filter)) if (value !== undefined) void query.where(field, value);
  return findPage<MailRow>(query, ['queuedAt', 'id'], page, 'desc');
}
