import type { Knex } from 'knex';

/** Mails, from the transaction that wants them to the answer of the mail server. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table mails (
      id              uuid primary key,
      dedupe_key      text unique check (length(dedupe_key) between 1 and 200),
      recipient       text not null check (length(recipient) between 1 and 320),
      template        text not null,
      language        text not null check (language in ('vi', 'en')),
      facts           jsonb,
      state           text not null check (state in ('queued', 'sending', 'sent', 'failed', 'uncertain', 'expired')),
      attempts        integer not null default 0,
      last_error      text check (length(last_error) <= 500),
      queued_at       timestamptz not null,
      next_attempt_at timestamptz,
      sending_since   timestamptz,
      finished_at     timestamptz
    );
    comment on column mails.facts is 'what the template is filled with; forgotten once the mail is sent, for it may hold links meant for one person';
    comment on column mails.state is 'uncertain: it was being handed over when the service died; it may have arrived and is not sent again by itself';
    create index mails_waiting on mails (next_attempt_at nulls first, queued_at) where state = 'queued';
    create index mails_sending on mails (sending_since) where state = 'sending';
    create index mails_by_time on mails (queued_at, id);
    create index mails_by_state on mails (state, queued_at, id) where state <> 'sent';
  `);
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}
