/** How a batcher forms its batches. */
export interface BatchOptions {
  maxItems: number;
  /**
   * After a batch of several, how long the next one may wait for the callers that were just answered: they come back
   * together, and those who wait already need not go without them.
   */
  lingerMs?: number;
  /** Batches that may run at once, each with its share: while one waits for the disk another computes. */
  lanes?: number;
}

/**
 * Group commit: while batches run, what arrives waits and forms the next one. A lone item never waits.
 * `run` settles each item on its own; if it throws as a whole, every item of the batch fails with it.
 */
export function createBatcher<T, R>(
  run: (items: T[]) => Promise<PromiseSettledResult<R>[]>, { maxItems, lingerMs = 0, lanes = 1 }: BatchOptions,
): (item: T) => Promise<R> {
  type Waiting = { item: T; resolve: (value: R) => void; reject: (reason: unknown) => void };
  let waiting: Waiting[] = [];
  let inFlight = 0;
  let busy = 0;
  let expected = 0;
  const arrivals = new Set<() => void>();

  async function runOne(batch: Waiting[]): Promise<void> {
    try {
      const results = await run(batch.map((w) => w.item));
      batch.forEach((w, i) => {
        const result = results[i];
        if (result === undefined) w.reject(new Error('the batch gave no result for this item'));
        else if (result.status === 'fulfilled') w.resolve(result.value);
        else w.reject(result.reason);
      });
    } catch (error) {
      for (const w of batch) w.reject(error);
    }
  }

  async function linger(enough: number): Promise<void> {
    await new Promise<void>((done) => {
      const look = (): void => {
        if (waiting.length >= enough) end();
      };
      const timer = setTimeout(() => end(), lingerMs);
      const end = (): void => {
        clearTimeout(timer);
        arrivals.delete(look);
        done();
      };
      arrivals.add(look);
    });
  }

  async function drain(): Promise<void> {
    busy++;
    while (waiting.length > 0) {
      if (lingerMs > 0 && waiting.length < expected) await linger(expected);
      const batch = waiting.slice(0, Math.min(maxItems, Math.ceil((waiting.length + inFlight) / lanes)));
      waiting = waiting.slice(batch.length);
      inFlight += batch.length;
      await runOne(batch);
      inFlight -= batch.length;
      // those who were just answered come back to the ones who wait already; a lone caller waits for nobody
      expected = batch.length > 1 ? Math.min(maxItems, waiting.length + batch.length) : 0;
    }
    busy--;
  }

  return (item) => new Promise<R>((resolve, reject) => {
    waiting.push({ item, resolve, reject });
    for (const look of arrivals) look();
    if (busy < lanes) void drain();
  });
}
