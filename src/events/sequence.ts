import { addJobOnCommit } from '../jobs/add.ts';
import type { Services } from '../services.ts';
import { lockSequencer, markSequenced } from './store.ts';

const batch = 1_000;

/**
 * Gives every event that has been committed its position: 1, 2, 3 … without gaps, one sequencer at a time.
 *
 * Why so. A reader by cursor asks for what stands after the last row it saw, so no row may ever appear before that point.
 * A number drawn by the writer does not keep this: number 5 can be committed after 6 was read, and is missed for ever.
 * Three ways were weighed.
 * - A lock that makes writers commit in the order of their numbers: it would make issuing wait for itself.
 * - Ordering by the writer's transaction (xid8) and reading only below `pg_snapshot_xmin`: no lock, but one long transaction
 *   anywhere in the server, a backup job for instance, holds back every reader, and after a restore into another server
 *   transaction numbers begin anew below the cursors that readers hold.
 * - A sequencer after the commit, taken here: writers only insert into `event_arrivals` and wait for nobody. Under a lock
 *   that lasts until the commit, what is visible there is moved to `events` under the next positions. Positions become
 *   visible in their order because the lock is released after the commit; what commits late is simply numbered later.
 *   The price is a second write per event, outside the transaction of the change.
 *
 * Two events of one transaction keep their order; two that depend on each other by a row lock do too, for the later one
 * arrives after the earlier one's commit and has the higher arrival number.
 * @param wait false: leave it to the one who is at it, and answer undefined
 */
export async function sequenceEvents({ db, now }: Pick<Services, 'db' | 'now'>, { wait }: { wait: boolean }): Promise<number | undefined> {
  let moved = 0;
  for (;;) {
    const done = await db.transaction(async (tx) => {
      if (!(await lockSequencer(tx, wait))) return undefined;
      const counts = await markSequenced(tx, batch, now());
      if (counts.deliveries > 0) await addJobOnCommit(tx, 'deliver-webhooks', {}, { queue: 'webhooks' });
      return counts;
    });
    if (!done) return undefined;
    moved += done.events;
    if (done.events < batch) return moved;
  }
}
