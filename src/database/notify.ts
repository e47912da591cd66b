import pg from 'pg';
import type { Logger } from 'pino';
import type { Notices, Tx } from '../services.ts';

/** Sends a notice to every node when, and only when, the transaction commits. At most 8,000 bytes. */
export async function notifyOnCommit(tx: Tx, channel: string, payload: string): Promise<void> {
  await tx.raw('select pg_notify(?, ?)', [channel, payload]);
}

/** Several at once, one notice each. */
export async function notifyEachOnCommit(tx: Tx, channel: string, payloads: readonly string[]): Promise<void> {
  await tx.raw('select pg_notify(?, payload) from unnest(?::text[]) as u (payload)', [channel, [...payloads]]);
}

interface Listener { onPayload: (payload: string) => void; onGap: () => void }

const firstRetryMs = 100;
const lastRetryMs = 5_000;

/**
 * Listens on one connection of its own and takes it up again when it is lost. Every listener is told of
 * the gap both when it opens and when it is over: in between a cache may have been filled with old news.
 */
export class PostgresNotices implements Notices {
  readonly #url: string;
  readonly #log: Logger;
  readonly #listeners = new Map<string, Listener[]>();
  #client: pg.Client | undefined;
  #closed = false;
  #live = false;
  #retryMs = firstRetryMs;
  #timer: NodeJS.Timeout | undefined;
  #connecting: Promise<void> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(url: string, log: Logger) {
    this.#url = url;
    this.#log = log;
  }

  get live(): boolean {
    return this.#live;
  }

  async listen(channel: string, onPayload: (payload: string) => void, onGap: () => void): Promise<void> {
    if (!/^[a-z_]+$/.test(channel)) throw new Error(`not a channel: ${channel}`);
    const known = this.#listeners.get(channel);
    if (known) known.push({ onPayload, onGap });
    else this.#listeners.set(channel, [{ onPayload, onGap }]);
    if (!this.#client) await (this.#connecting ??= this.#connect());
    else if (!known) await this.#hear(this.#client, channel);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#live = false;
    clearTimeout(this.#timer);
    await this.#client?.end().catch(() => undefined);
    this.#client = undefined;
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url, keepAlive: true, application_name: 'antin listen' });
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ channel, payload }) => {
      for (const l of this.#listeners.get(channel) ?? []) l.onPayload(payload ?? '');
    });
    this.#client = client;
    try {
      await client.connect();
      for (const channel of this.#listeners.keys()) await this.#hear(client, channel);
      this.#live = true;
      this.#retryMs = firstRetryMs;
    } catch {
      this.#lost(client);
    } finally {
      this.#connecting = undefined;
    }
  }

  /** One statement after the other: a client takes no second one while it is at the first. */
  async #hear(client: pg.Client, channel: string): Promise<void> {
    const heard = this.#turn.then(() => client.query(`listen ${channel}`));
    this.#turn = heard.catch(() => undefined);
    await heard;
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client || this.#closed) return;
    this.#client = undefined;
    this.#live = false;
    this.#tellOfGap();
    this.#log.warn({ retryMs: this.#retryMs }, 'listening connection lost');
    void client.end().catch(() => undefined);
    this.#timer = setTimeout(() => {
      this.#connecting ??= this.#connect().then(() => this.#tellOfGap());
    }, this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, lastRetryMs);
  }

  #tellOfGap(): void {
    for (const listeners of this.#listeners.values()) for (const l of listeners) l.onGap();
  }
}
