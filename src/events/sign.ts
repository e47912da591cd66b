import { createHmac } from 'node:crypto';

/**
 * The headers of a delivery. Receivers compute HMAC-SHA-256 over `<timestamp>.<body>` with the secret as it was shown, prefix
 * and all, compare it in constant time, refuse a timestamp more than five minutes off, and remember `Antin-Delivery` (also in
 * the body) for at least that long: the same id is the same delivery, sent again because its answer was lost.
 */
export function signDelivery(secret: Uint8Array, deliveryId: string, at: Date, body: Uint8Array): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const mac = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
  return { 'Content-Type': 'application/json', 'Antin-Delivery': deliveryId, 'Antin-Timestamp': timestamp, 'Antin-Signature': `v1=${mac}` };
}
