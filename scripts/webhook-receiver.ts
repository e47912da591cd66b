import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

/** Longer than any honest delivery takes; what claims to be older is a replay. */
const toleranceSeconds = 300;
const maxBytes = 1_048_576;

export interface Delivery { timestamp: string; signature: string; body: Uint8Array }

/**
 * Whether a delivery is antin's own and fresh: `Antin-Signature` is `v1=` and, in hex, HMAC-SHA-256 over `<Antin-Timestamp>.<body>`
 * with the secret just as it was shown, prefix and all, as the key.
 * @param now milliseconds
 */
export function isGenuine(secret: string, { timestamp, signature, body }: Delivery, now: number): boolean {
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now / 1000 - Number(timestamp)) > toleranceSeconds) return false;
  const given = /^v1=([0-9a-f]{64})$/.exec(signature)?.[1];
  const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
  return given !== undefined && timingSafeEqual(Buffer.from(given, 'hex'), expected);
}

/** Receives deliveries and hands on each event once: the same delivery comes again where its answer was lost. */
export function webhookReceiver(secret: string, take: (event: unknown) => void): ReturnType<typeof createServer> {
  const seen = new Map<string, number>();
  return createServer((req, res) => {
    void (async () => {
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of req as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > maxBytes) return res.writeHead(413).end();
        chunks.push(chunk);
      }
      const body = Buffer.concat(chunks);
      const header = (name: string): string => String(req.headers[name] ?? '');
      const now = Date.now();
      if (!isGenuine(secret, { timestamp: header('antin-timestamp'), signature: header('antin-signature'), body }, now)) return res.writeHead(401).end();
      const { deliveryId, event } = JSON.parse(body.toString('utf8')) as { deliveryId: string; event: unknown };
      for (const [id, at] of seen) if (now - at > toleranceSeconds * 2000) seen.delete(id);
      if (!seen.has(deliveryId)) take(event);
      seen.set(deliveryId, now);
      return res.writeHead(204).end();
    })().catch(() => res.writeHead(400).end());
  });
}

if (import.meta.main) {
  const { WEBHOOK_SECRET: secret, PORT: port = '9000' } = process.env;
  if (!secret) throw new Error('set WEBHOOK_SECRET to the signingSecret that POST /api/v1/webhooks showed');
  webhookReceiver(secret, (event) => console.log(JSON.stringify(event))).listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/ takes webhooks`));
}
