import type { Services } from '../services.ts';
import { readDatabaseClock } from './store.ts';

/** The clocks compared, in milliseconds: one that can be set, one that only runs on, and another machine's. */
export interface Clocks { wallMs: () => number; steadyMs: () => number; databaseMs: () => Promise<number> }

/** Half of the accuracy a token states: there is room left for the time it takes to make one. */
const toleranceMs = 500;
/** A crystal that runs 50 ppm wrong stays within a millisecond or two of this long. */
const compareEveryMs = 30_000;

export function systemClocks({ db }: Pick<Services, 'db'>): Clocks {
  return { wallMs: () => Date.now(), steadyMs: () => performance.now(), databaseMs: async () => (await readDatabaseClock(db)).getTime() };
}

/**
 * Doubts the clock when it jumped against the steady one, or stands apart from the database server's. Who doubts stamps
 * nothing until both agree again.
 */
export class ClockGuard {
  readonly #clocks: Clocks;
  #offsetMs: number | undefined;
  #comparedAtMs = 0;

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
  }

  async isCertain(): Promise<boolean> {
    const { wallMs, steadyMs } = this.#clocks;
    const steady = steadyMs();
    const offset = wallMs() - steady;
    const jumped = this.#offsetMs !== undefined && Math.abs(offset - this.#offsetMs) > toleranceMs;
    if (this.#offsetMs !== undefined && !jumped && steady - this.#comparedAtMs < compareEveryMs) return true;
    return this.#compare();
  }

  /** The round trip is split evenly; a slow answer proves nothing and counts as doubt. */
  async #compare(): Promise<boolean> {
    const { wallMs, steadyMs, databaseMs } = this.#clocks;
    const before = steadyMs();
    const database = await databaseMs();
    const after = steadyMs();
    const apart = Math.abs(wallMs() - (after - before) / 2 - database);
    if (apart + (after - before) / 2 > toleranceMs) {
      this.#offsetMs = undefined;
      return false;
    }
    this.#offsetMs = wallMs() - after;
    this.#comparedAtMs = after;
    return true;
  }
}
