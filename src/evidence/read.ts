import { Piscina } from 'piscina';
import type { ReadEvidence, ReadTask } from './read.worker.ts';

let pool: Piscina | undefined;

/** One thread is enough for what a network brings; one that broke is replaced, for others wait behind it. */
function reader(): Piscina {
  pool ??= new Piscina({
    filename: new URL('./read.worker.ts', import.meta.url).href, minThreads: 1, maxThreads: 1,
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  });
  return pool;
}

/** What the bytes of a server hold; undefined for what is not what was asked for, or breaks who reads it. */
export async function readFetched(task: ReadTask): Promise<ReadEvidence | undefined> {
  return reader().run(task).then((read) => read as ReadEvidence | undefined, () => undefined);
}

/** Ends the thread at the stop of the service. */
export async function stopEvidenceReader(): Promise<void> {
  const ending = pool;
  pool = undefined;
  await ending?.destroy();
}
