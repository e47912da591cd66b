import { randomUUID } from 'node:crypto';
import type { Tx } from '../services.ts';
import { insertArrivals } from './store.ts';

/** What can happen; a word once given out is never changed, readers depend on it. */
export const eventTypes = [
  'certificate.issued', 'certificate.revoked', 'request.submitted', 'request.amended', 'request.confirmed', 'request.examined',
  'request.approved', 'request.completed', 'request.returned', 'request.refused',
] as const;
export type EventType = (typeof eventTypes)[number];

export interface NewEvent {
  type: EventType;
  subject: { type: string; id: string };
  /** ltree path of the agency it concerns; null is the CA's own business and shown to the whole country's readers alone. */
  agencyPath: string | null;
  /** Goes out to subscribers as it is: no secrets, no personal data beyond what the certificate itself shows. */
  data: object;
}

/** Writes that something happened, in the transaction in which it happens. */
export async function recordEvent(tx: Tx, event: NewEvent): Promise<void> {
  await recordEvents(tx, [event]);
}

/** The same for many, in one statement whatever their number; it also tells those who pass them on. */
export async function recordEvents(tx: Tx, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  // The moment of writing by the wall clock, as in the audit.
  const occurredAt = new Date();
  await insertArrivals(tx, events.map((event) => ({ id: randomUUID(), occurredAt, ...event })));
}
