import { sequenceEvents } from '../events/sequence.ts';
import { Problem } from '../problems.ts';
import type { Services, Tx } from '../services.ts';
import {
  clearSums, findEventsHead, findMark, insertCertificateFacts, insertPlaces, insertRequestFacts, listChanged, listMoved, listTouched, lockMark, markCounted, markPlaces, markReplaced, markSeen, sumFacts,
} from './store.ts';

type World = Pick<Services, 'db' | 'now'>;

const atOnce = 2_000;
/** A receipt carries the time its check began and appears when that has ended; it is looked for this much longer. */
const receiptsLateMs = 3_600_000;

/**
 * Brings facts and sums up to the last event, the last receipt and this moment. Each event only says what to look at: the
 * facts are read from the registers as they stand, so that doing it twice, or out of order, changes nothing.
 * @param most batches of 2,000 events: who waits for it takes a few, and none while another counts; the job of every minute takes all
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

/** What is done every minute, for who cannot wait for it: as much as takes a second or two. @throws as `countedUntil` */
export async function countNow(services: World): Promise<{ countedAt: Date; complete: boolean }> {
  await countNew(services, 5);
  return countedUntil(services);
}

async function countBatch({ db, now }: World, wait: boolean): Promise<'all' | 'more' | 'busy'> {
  return db.transaction(async (tx) => {
    const mark = await lockMark(tx, wait);
    if (!mark) return 'busy';
    const at = now();
    if (mark.position !== null && mark.countedAt !== null) return countChanged(tx, { position: mark.position, countedAt: mark.countedAt }, at);
    // who waits for an answer does not count everything
    if (!wait) return 'more';
    await countAll(tx, at);
    return 'all';
  });
}

/** Takes what has changed out of the sums as it was, and puts it in as it is. */
async function countChanged(tx: Tx, mark: { position: number; countedAt: Date }, at: Date): Promise<'all' | 'more'> {
  await countMoved(tx, mark.countedAt);
  const changed = await listChanged(tx, mark.position, atOnce);
  const receipts = { from: new Date(mark.countedAt.getTime() - receiptsLateMs), to: at };
  const touched = await listTouched(tx, { changed, receipts, span: { from: mark.countedAt, to: at } });
  await sumFacts(tx, touched, { sign: -1, at: mark.countedAt });
  if (changed.events > 0) {
    await insertCertificateFacts(tx, changed.certificates);
    await markReplaced(tx, changed.certificates);
    await insertRequestFacts(tx, touched.requests);
  }
  await markSeen(tx, receipts);
  await sumFacts(tx, touched, { sign: 1, at });
  await markCounted(tx, { position: changed.position, countedAt: at });
  return changed.events < atOnce ? 'all' : 'more';
}

/** An agency that now belongs to another ministry or province takes its sums along. */
async function countMoved(tx: Tx, at: Date): Promise<void> {
  await insertPlaces(tx);
  const agencies = await listMoved(tx);
  if (agencies.length === 0) return;
  await sumFacts(tx, { agencies }, { sign: -1, at });
  await markPlaces(tx, agencies);
  await sumFacts(tx, { agencies }, { sign: 1, at });
}

async function countAll(tx: Tx, at: Date): Promise<void> {
  // before anything else is read: what comes later is counted again by its event
  const position = await findEventsHead(tx);
  await clearSums(tx);
  await insertPlaces(tx);
  await insertCertificateFacts(tx);
  await markReplaced(tx);
  await insertRequestFacts(tx);
  await markSeen(tx, { from: null, to: at });
  await sumFacts(tx, 'all', { sign: 1, at });
  await markCounted(tx, { position, countedAt: at });
}

/** Counts everything anew, for what was written past the events. Until that is done readers see the figures from before. */
export async function recount({ db, now }: World): Promise<void> {
  await db.transaction(async (tx) => {
    await lockMark(tx, true);
    await countAll(tx, now());
  });
}

/**
 * The moment of the figures, and whether all that has happened is in them.
 * @throws Problem `figures-not-ready` before the first count, a minute or a few after the start of this version
 */
export async function countedUntil({ db }: Pick<Services, 'db'>): Promise<{ countedAt: Date; complete: boolean }> {
  const { countedAt, complete } = await findMark(db);
  if (countedAt === null) throw new Problem('figures-not-ready');
  return { countedAt, complete };
}
