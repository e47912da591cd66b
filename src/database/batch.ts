/**
 * Group commit: while one batch runs, what arrives waits and forms the next one. A lone item never waits.
 * `run` settles each item on its own; if it throws as a whole, every item of the batch fails with it.
 *
 * @param lingerMs after a batch of several, how long the next one may wait to become as large: callers that
 *   were answered together come back together, and the first of them should not go alone
 */
export function createBatcher<T, R>(
  run: (items: T[]) => Promise<PromiseSettledResult<R>[]>, maxItems: number, lingerMs = 0,
): (item: T) => Promise<R> {
  type Waiting = { item: T; resolve: (value: R) => void; reject: (reason: unknown) => void };
  let waiting: Waiting[] = [];
  let running = false;
  let lastSize = 0;
  let arrived: (() => void) | undefined;

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

  async function linger(): Promise<void> {
    await new Promise<void>((done) => {
      const timer = setTimeout(done, lingerMs);
      arrived = () => {
        if (waiting.length < lastSize) return;
        clearTimeout(timer);
        done();
      };
    });
    arrived = undefined;
  }

  async function drain(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      if (lingerMs > 0 && lastSize > 1 && waiting.length < lastSize) await linger();
      lastSize = Math.min(waiting.length, maxItems);
      const batch = waiting.slice(0, maxItems);
      waiting = waiting.slice(maxItems);
      await runOne(batch);
    }
    running = false;
  }

  return (item) => new Promise<R>((resolve, reject) => {
    waiting.push({ item, resolve, reject });
    arrived?.();
    if (!running) void drain();
  });
}
