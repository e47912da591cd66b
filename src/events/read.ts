import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { sequenceEvents } from './sequence.ts';
import { findHead, listEvents, type EventFilter, type EventRow } from './store.ts';

export interface EventPage {
  items: EventRow[];
  /** The cursor to hand back as `after`, also where nothing is new. */
  next: string;
  /** Whether there is more to read right now. */
  more: boolean;
}

/**
 * The events of the caller's agency and below after a cursor, in an order that never changes and misses nothing.
 * @throws Problem `malformed-request` for a cursor beyond the end: it was handed out by another database
 */
export async function readEvents(services: Pick<Services, 'db' | 'now'>, actor: Actor, { after = '0', limit, ...filter }:
  { after?: string | undefined; limit: number } & Omit<EventFilter, 'within'>): Promise<EventPage> {
  await sequenceEvents(services, { wait: false });
  const head = await findHead(services.db);
  const from = Number(after);
  if (from > head) throw new Problem('malformed-request', { parameter: 'after', detail: { en: 'This cursor lies beyond the last event.', vi: 'Vị trí này vượt quá sự kiện cuối cùng.' } });
  const rows = await listEvents(services.db, { after: from, upTo: head, limit: limit + 1 }, { ...filter, within: actor.agencyPath });
  const items = rows.slice(0, limit);
  const more = rows.length > limit;
  // up to the end nothing else is theirs: next time the search begins there
  return { items, next: String(more ? items.at(-1)!.position : head), more };
}
