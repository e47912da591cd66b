import { randomUUID } from 'node:crypto';
import { requireWithin } from '../access/scope.ts';
import { recordAudit } from '../audit/record.ts';
import type { Language } from '../http/language.ts';
import { isMailAddress } from '../notifications/address.ts';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import type { EventType } from './record.ts';
import {
  countWebhooks, insertWebhook, lockWebhook, markDeliveriesFailed, markWebhook, type WebhookRow, type WebhookState,
} from './store.ts';
import { findUrlFault } from './url.ts';

export interface NewWebhook {
  url: string;
  /** empty: all, those that will be added later too */
  types: readonly EventType[];
  /** the caller's own unless one below it is named */
  agencyPath?: string | undefined;
  /** who is told when sending is stopped */
  contact: string;
  language: Language;
}
/** `signingSecret` is shown this once. */
export type SubscribedWebhook = WebhookRow & { signingSecret: string };

type World = Pick<Services, 'db' | 'now' | 'random' | 'keystore' | 'config'>;

const most = 20;

/**
 * Subscribes an address to the events of an agency and all below it, from now on.
 * @throws Problem `outside-your-agency`; `invalid-fields` for an address that may not be called
 */
export async function subscribeWebhook(services: World, actor: Actor, input: NewWebhook): Promise<SubscribedWebhook> {
  const { config, db, now } = services;
  const agencyPath = input.agencyPath ?? actor.agencyPath;
  requireWithin(actor, agencyPath);
  const fault = findUrlFault(config, input.url);
  if (fault !== undefined) throw wrongField('/url', fault);
  if (!isMailAddress(input.contact)) throw wrongField('/contact', 'contact-form');
  const id = randomUUID();
  const { shown, sealed } = await newSecret(services, id);
  const row: WebhookRow = {
    id, agencyPath: agencyPath ?? null, url: new URL(input.url).href, types: [...new Set(input.types)], secret: sealed, contact: input.contact,
    language: input.language, state: 'active', failures: 0, failingSince: null, retryAt: null, lastError: null, lastSuccessAt: null,
    createdAt: now(), createdBy: actor.id,
  };
  await db.transaction(async (tx) => {
    if ((await countWebhooks(tx, row.agencyPath)) >= most) throw wrongField('/url', 'webhooks-too-many', { most });
    await insertWebhook(tx, row);
    await recordAudit(tx, actor, 'webhook.subscribed', { type: 'webhook', id }, { before: null, after: summaryOf(row) });
  });
  return { ...row, signingSecret: shown };
}

/**
 * Stops a subscription for a while, takes it up again, or ends it. What was missed meanwhile is read by cursor.
 * @throws Problem `not-found`, `outside-your-agency`
 */
export async function switchWebhook({ db, now }: World, actor: Actor, id: string, state: WebhookState): Promise<WebhookRow> {
  return db.transaction(async (tx) => {
    const before = await lockWebhook(tx, id);
    if (!before) throw new Problem('not-found', { webhook: id });
    requireWithin(actor, before.agencyPath);
    if (before.state === state) return before;
    const change = { state, failures: 0, failingSince: null, retryAt: null };
    await markWebhook(tx, id, change);
    if (state !== 'active') await markDeliveriesFailed(tx, id, now(), `the subscription was ${state}`);
    await recordAudit(tx, actor, `webhook.${state}`, { type: 'webhook', id }, { before: summaryOf(before), after: { state } });
    return { ...before, ...change };
  });
}

/**
 * Replaces the secret at once: what is sent from now on is signed with the new one.
 * @throws Problem `not-found`, `outside-your-agency`
 */
export async function replaceWebhookSecret(services: World, actor: Actor, id: string): Promise<SubscribedWebhook> {
  const { shown, sealed } = await newSecret(services, id);
  return services.db.transaction(async (tx) => {
    const before = await lockWebhook(tx, id);
    if (!before) throw new Problem('not-found', { webhook: id });
    requireWithin(actor, before.agencyPath);
    await markWebhook(tx, id, { secret: Buffer.from(sealed) });
    await recordAudit(tx, actor, 'webhook.secret-replaced', { type: 'webhook', id }, { before: null, after: null });
    return { ...before, signingSecret: shown };
  });
}

async function newSecret({ random, keystore }: World, id: string): Promise<{ shown: string; sealed: Uint8Array }> {
  const shown = `antinwh_${Buffer.from(random(32)).toString('base64url')}`;
  return { shown, sealed: await keystore.secrets.seal('webhook', id, Buffer.from(shown)) };
}

/** What the audit keeps: never the secret. */
export function summaryOf({ agencyPath, url, types, contact, state, failures, lastError }: WebhookRow): object {
  return { agencyPath, url, types, contact, state, failures, lastError };
}
