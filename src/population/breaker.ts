import { PopulationUnavailable } from './unavailable.ts';

export interface BreakerSettings {
  /** Failures in a row after which nothing is sent for a while. */
  failures: number;
  /** How long at first; doubled with every trial that fails. */
  openMs: number;
  maxOpenMs: number;
}

/**
 * Lets calls through until too many in a row have failed, then none for a while, then one trial. So a service that is down is
 * not pressed further, and our own workers do not stand waiting for it.
 */
export class CircuitBreaker {
  readonly #settings: BreakerSettings;
  readonly #now: () => number;
  #failed = 0;
  #openUntil = 0;
  #openMs: number;
  #trial = false;

  /** @param now milliseconds */
  constructor(settings: BreakerSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
    this.#openMs = settings.openMs;
  }

  /** @throws PopulationUnavailable `circuit-open` without calling; what the call throws otherwise */
  async run<T>(call: () => Promise<T>): Promise<T> {
    const now = this.#now();
    const isOpen = this.#failed >= this.#settings.failures;
    if (isOpen && (now < this.#openUntil || this.#trial)) {
      throw new PopulationUnavailable('circuit-open', Math.max(1, Math.ceil((this.#openUntil - now) / 1000)));
    }
    this.#trial = isOpen;
    try {
      const result = await call();
      this.#failed = 0;
      this.#openMs = this.#settings.openMs;
      return result;
    } catch (error) {
      if (++this.#failed >= this.#settings.failures) {
        this.#openUntil = this.#now() + this.#openMs;
        this.#openMs = Math.min(this.#openMs * 2, this.#settings.maxOpenMs);
      }
      throw error;
    } finally {
      if (isOpen) this.#trial = false;
    }
  }
}
