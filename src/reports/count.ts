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
 * @param most batches of 2,000 events; a reader waits for a few, the job of every minute for all
 * @returns false when there is more to count
 */
export async function countNew(services: World, most = Infinity): Promise<boolean> {
  await sequenceEvents(services, { wait: false });
  for (let batch = 0; batch < most; batch++) {
    if (await countBatch(services)) return true;
  }
  return false;
}

async function countBatch({ db, now }: World): Promise<boolean> {
  return db.transaction(async (tx) => {
    const { position, receiptsTo } = await lockMark(tx);
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
    return changed === undefined || changed.events < atOnce;
  });
}

/** Counts everything anew, for what was written past the events. */
export async function recount(services: World): Promise<void> {
  await services.db.transaction(async (tx) => {
    await lockMark(tx);
    await markCounted(tx, { position: null, receiptsTo: null });
  });
  await countNew(services, 1);
}
