import type { Knex } from 'knex';
import type { Services } from '../services.ts';
import { addAnswers, type AnswerCount } from './store.ts';

/** What is counted, and the answers each gives; OCSP's `error` is an answer without a status. */
export const counted = {
  ocsp: ['good', 'revoked', 'unknown', 'error'],
  verification: ['TOTAL-PASSED', 'INDETERMINATE', 'TOTAL-FAILED'],
} as const;
export type CountedService = keyof typeof counted;
export type CountedAnswer<S extends CountedService = CountedService> = (typeof counted)[S][number];

/** A node that is killed takes this much of its counting along. */
const storeEveryMs = 5_000;
const hourMs = 3_600_000;

/** Counts answers in memory, which costs an answer nothing, and adds them to the table now and then. */
export class AnswerCounter {
  readonly #store: (counts: readonly AnswerCount[]) => Promise<void>;
  readonly #log: Pick<Services['log'], 'warn'>;
  #waiting = new Map<string, AnswerCount>();
  #timer: NodeJS.Timeout | undefined;
  #told: ((count: AnswerCount) => void) | undefined;

  constructor(store: (counts: readonly AnswerCount[]) => Promise<void>, log: Pick<Services['log'], 'warn'>) {
    this.#store = store;
    this.#log = log;
  }

  count<S extends CountedService>(service: S, answer: CountedAnswer<S>, atMs: number): void {
    const hour = Math.floor(atMs / hourMs);
    const key = `${hour} ${service} ${answer}`;
    const count = this.#waiting.get(key);
    if (count) count.answers += 1;
    else this.#waiting.set(key, { hour: new Date(hour * hourMs), service, answer, answers: 1 });
    this.#timer ??= setTimeout(() => void this.store(), storeEveryMs).unref();
  }

  /** Hears what was counted whenever it is stored. */
  tell(listener: (count: AnswerCount) => void): void {
    this.#told = listener;
  }

  /** Adds what waits to the table; what cannot be stored waits on. */
  async store(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const counts = [...this.#waiting.values()];
    this.#waiting = new Map();
    if (counts.length === 0) return;
    try {
      await this.#store(counts);
      for (const count of counts) this.#told?.(count);
    } catch (error) {
      this.#log.warn({ err: error }, 'answers that were counted could not be stored, they wait');
      this.#putBack(counts);
    }
  }

  #putBack(counts: readonly AnswerCount[]): void {
    for (const count of counts) {
      const key = `${count.hour.getTime() / hourMs} ${count.service} ${count.answer}`;
      const since = this.#waiting.get(key);
      if (since) since.answers += count.answers;
      else this.#waiting.set(key, count);
    }
    this.#timer ??= setTimeout(() => void this.store(), storeEveryMs).unref();
  }
}

const counters = new WeakMap<Knex, AnswerCounter>();

/** The counter of this process. */
export function answerCounter({ db, log }: Pick<Services, 'db' | 'log'>): AnswerCounter {
  let counter = counters.get(db);
  if (!counter) counters.set(db, counter = new AnswerCounter((counts) => addAnswers(db, counts), log));
  return counter;
}
