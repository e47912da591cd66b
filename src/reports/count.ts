import { sequenceEvents } from '../events/sequence.ts';
import type { Services } from '../services.ts';
import { findEventsHead, insertCertificateFacts, insertRequestFacts, listChanged, lockMark, markCounted, markSeen } from './store.ts';

type World = Pick<Services, 'db' | 'now'>;

const atOnce = 2_000;
/** A receipt carries the time its check began and appears when that has ended; it is looked for this much longer. */
const receiptsLateMs = 3_600_000;

/**
 * Brings the facts up to the last event and the last receipt. Each event only says what to look at: the facts are read from
 * the registers as they stand, so that doing it twice, or out of order, changes nothing.
 * @param most batches of 2,000 events: a reader takes a few, and none while another counts; the job of every minute takes all
 * @returns false when there is more to count
 */
export async function countNew(services: World, most = Infinity): Promise<boolean> {
  await sequenceEvents(services, { wait: false });
  for (let batch = 0; batch < most; batch++) {
    const outcome = await countBatch(services, most === Infinity);
    if (outcome !== 'more') return outcome === 'all';
  }
  return false;
}

async function countBatch({ db, now }: World, wait: boolean): Promise<'all' | 'more' | 'busy'> {
  return db.transaction(async (tx) => {
    const mark = await lockMark(tx, wait);
    if (!mark) return 'busy';
    const { position, receiptsTo } = mark;
    const to = now();
    const changed = position === null ? undefined : await listChanged(tx, position, atOnce);
    // before anything else is read: what comes later is counted again by its event
    const reached = changed ? changed.position : await findEventsHead(tx);
    if (!changed || changed.events > 0) {
      await insertCertificateFacts(tx, changed?.certificates);
      await insertRequestFacts(tx, changed);
    }
    await markSeen(tx, { from: changed && receiptsTo ? new Date(receiptsTo.getTime() - receiptsLateMs) : null, to });
    await markCounted(tx, { position: reached, receiptsTo: to });
    return changed === undefined || changed.events < atOnce ? 'all' : 'more';
  });
}

/** Counts everything anew, for what was written past the events. */
export async function recount(services: World): Promise<void> {
  await services.db.transaction(async (tx) => {
    await lockMark(tx, true);
    await markCounted(tx, { position: null, receiptsTo: null });
  });
  await countNew(services);
}
