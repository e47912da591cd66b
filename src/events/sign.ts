import { createHmac, timingSafeEqual } from 'node:crypto';

/** Longer than any honest delivery takes; what claims to be older is a replay. */
export const toleranceSeconds = 300;

/**
 * The headers of a delivery. Receivers compute HMAC-SHA-256 over `<timestamp>.<body>` with the secret they were shown, compare
 * it in constant time, refuse a timestamp more than five minutes off, and remember `Antin-Delivery` (also in the body) for at
 * least that long: the same id is the same delivery, sent again because its answer was lost.
 */
export function signDelivery(secret: Uint8Array, deliveryId: string, at: Date, body: Uint8Array): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  return {
    'Content-Type': 'application/json', 'Antin-Delivery': deliveryId, 'Antin-Timestamp': timestamp,
    'Antin-Signature': `v1=${macOf(secret, timestamp, body).toString('hex')}`,
  };
}

/** The receiver's side, for those who write theirs in this language and for our own tests. */
export function verifyDelivery(secret: Uint8Array, headers: { timestamp: string; signature: string }, body: Uint8Array, now: Date): boolean {
  if (!/^\d{1,12}$/.test(headers.timestamp) || Math.abs(now.getTime() / 1000 - Number(headers.timestamp)) > toleranceSeconds) return false;
  const given = /^v1=([0-9a-f]{64})$/.exec(headers.signature)?.[1];
  return given !== undefined && timingSafeEqual(Buffer.from(given, 'hex'), macOf(secret, headers.timestamp, body));
}

function macOf(secret: Uint8Array, timestamp: string, body: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
}
