import { systemActor } from '../access/actors.ts';
import { recordAudit } from '../audit/record.ts';
import { queueMail } from '../notifications/queue.ts';
import type { Services, Tx } from '../services.ts';
import { postOnce } from './post.ts';
import { signDelivery } from './sign.ts';
import {
  deleteDeliveries, listDueDeliveries, lockDueWebhook, lockWebhook, markDeliveriesFailed, markDelivery, markWebhook, type DeliveryRow, type EventRow, type WebhookRow,
} from './store.ts';
import { summaryOf } from './subscribe.ts';

const secondMs = 1_000;
const minuteMs = 60_000;
const dayMs = 86_400_000;
// 20 deliveries of at most 10 s each end well inside a lease, so no two nodes are at one webhook.
const perLease = 20;
const leaseMs = 5 * minuteMs;
const atOnce = 8;
/** A receiver that took nothing for so long is given up; the same for one event that is never taken. */
const patienceMs = 3 * dayMs;
const keptMs = 90 * dayMs;

/**
 * Sends what is due to every webhook, several webhooks at a time and each in the order of events. At least once: an answer
 * that gets lost means the same delivery id again. A receiver that fails waits, longer each time, and holds up no other;
 * a single event it refuses is put off alone, and those behind it are tried.
 */
export async function deliverWebhooks(services: Services): Promise<void> {
  const work = async (): Promise<void> => {
    for (;;) {
      const at = services.now();
      const webhook = await services.db.transaction((tx) => lockDueWebhook(tx, at, new Date(at.getTime() + leaseMs)));
      if (!webhook) return;
      await serve(services, webhook);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function serve(services: Services, webhook: WebhookRow): Promise<void> {
  const { db, now } = services;
  const secret = await services.keystore.secrets.open('webhook', webhook.id, webhook.secret);
  let taken = 0;
  for (const delivery of await listDueDeliveries(db, webhook.id, now(), perLease)) {
    const body = Buffer.from(JSON.stringify(bodyOf(delivery)));
    const { status, error } = await postOnce(services.config, webhook.url, signDelivery(secret, delivery.id, now(), body), body);
    const attempts = delivery.attempts + 1;
    const tried = { attempts, lastStatus: status ?? null, lastError: error ?? null };
    if (error !== undefined) return fail(services, webhook, { ...delivery, ...tried }, taken > 0);
    await db.transaction((tx) => markDelivery(tx, delivery.id, { ...tried, state: 'delivered', finishedAt: now() }));
    taken += 1;
  }
  await db.transaction((tx) => markWebhook(tx, webhook.id, { failures: 0, failingSince: null, retryAt: null, lastError: null, ...(taken > 0 ? { lastSuccessAt: now() } : {}) }));
}

function bodyOf({ id, event }: { id: string; event: EventRow }): object {
  const { position, type, subjectType, subjectId, agencyPath, occurredAt, data } = event;
  return { deliveryId: id, event: { id: event.id, cursor: String(position), type, subject: { type: subjectType, id: subjectId }, agencyPath, occurredAt, data } };
}

/** @param recovered something was taken just before, so the failures begin anew */
async function fail({ db, now, log }: Services, webhook: WebhookRow, delivery: DeliveryRow, recovered: boolean): Promise<void> {
  const at = now();
  const failures = recovered ? 1 : webhook.failures + 1;
  const failingSince = recovered ? at : webhook.failingSince ?? at;
  const givenUp = at.getTime() - delivery.queuedAt.getTime() >= patienceMs;
  const { attempts, lastStatus, lastError } = delivery;
  log.warn({ webhook: webhook.id, failures, status: lastStatus, reason: lastError }, 'a webhook did not take an event');
  await db.transaction(async (tx) => {
    await markDelivery(tx, delivery.id, {
      attempts, lastStatus, lastError, ...(givenUp ? { state: 'failed', finishedAt: at } : { nextAttemptAt: new Date(at.getTime() + waitMs(attempts)) }),
    });
    const retryAt = new Date(at.getTime() + waitMs(failures));
    await markWebhook(tx, webhook.id, { failures, failingSince, lastError, retryAt, ...(recovered ? { lastSuccessAt: at } : {}) });
    if (at.getTime() - failingSince.getTime() >= patienceMs) await disable(tx, { ...webhook, failures, failingSince, lastError }, at);
  });
}

async function disable(tx: Tx, webhook: WebhookRow & { failingSince: Date }, at: Date): Promise<void> {
  const { id, url, contact, language, failingSince, lastError } = webhook;
  const current = await lockWebhook(tx, id);
  if (current?.state !== 'active') return;
  await markWebhook(tx, id, { state: 'disabled', retryAt: null });
  await markDeliveriesFailed(tx, id, at, 'the receiver took nothing for too long');
  await recordAudit(tx, systemActor('deliver-webhooks'), 'webhook.disabled', { type: 'webhook', id }, { before: summaryOf(current), after: { state: 'disabled' } });
  await queueMail(tx, {
    to: contact, template: 'webhook-disabled', language, facts: { url, since: failingSince.toISOString(), error: lastError ?? '' },
    dedupeKey: `webhook-disabled:${id}:${failingSince.toISOString()}`,
  });
}

/** What was delivered or given up long ago; the events themselves stay. */
export async function forgetDeliveries({ db, now }: Pick<Services, 'db' | 'now'>): Promise<number> {
  return db.transaction((tx) => deleteDeliveries(tx, new Date(now().getTime() - keptMs)));
}

/** 10 s, 20 s, 40 s … an hour at most. */
const waitMs = (attempts: number): number => Math.min(10 * 2 ** (attempts - 1), 3600) * secondMs;
