import { availableParallelism } from 'node:os';
import { types } from 'node:util';
import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { PkiError } from '../../pki/error.ts';
import { Problem } from '../problems.ts';
import type { Decision, GatheredEvidence, Outcome, Question, Task } from './decide.worker.ts';

/** Longest time for one document with its evidence; a clean 10 MB result takes some 20 ms. */
export const timeLimitMs = 15_000;

/** Beyond these a caller is told to come back: what waits is in memory. */
export const queueLimits = { tasks: 64, bytes: 268_435_456 } as const;

/** Old space alone: documents and what filters put out lie outside it, and are bounded by the readers. */
export const workerLimits = { maxOldGenerationSizeMb: 256 } as const;

let pool: Piscina | undefined;
let heldBytes = 0;

/** A bounded pool: a slow or hostile file holds one thread, never the loop that answers OCSP. */
function workers(): Piscina {
  if (pool) return pool;
  pool = new Piscina({
    filename: new URL('./decide.worker.ts', import.meta.url).href,
    // one that was given up is replaced, or what waits behind it would wait for the next caller
    minThreads: 1,
    maxThreads: Math.max(1, Math.min(4, availableParallelism() - 1)),
    maxQueue: queueLimits.tasks,
    idleTimeout: 30_000,
    resourceLimits: workerLimits,
  });
  // a thread that runs out of memory just as its time is up has no task left to reject: its document is answered already
  pool.on('error', (error: unknown) => {
    if (!isOutOfMemory(error)) throw error;
  });
  return pool;
}

/**
 * Judges a document in a worker, fetching evidence for it here.
 * @throws Problem `took-too-long`, also where it took too much memory; `too-many-requests` with a full queue; PkiError `document-unreadable` and its like
 */
export async function judgeInWorker(
  task: Omit<Task, 'port'>, gather: (question: Question) => Promise<GatheredEvidence>, limitMs = timeLimitMs,
): Promise<Decision> {
  const bytes = task.file.length + octetsOf(task.content);
  // a single file of any allowed size goes when nothing else waits
  if (workers().queueSize >= queueLimits.tasks || (heldBytes > 0 && heldBytes + bytes > queueLimits.bytes)) {
    throw new Problem('too-many-requests', { retryAfterSeconds: 5 });
  }
  heldBytes += bytes;
  const { port1, port2 } = new MessageChannel();
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), limitMs);
  let failure: unknown;
  port1.on('message', (question: Question) => {
    gather(question).then((found) => port1.postMessage(found), (error: unknown) => {
      failure = error;
      stop.abort();
    });
  });
  try {
    const outcome = await workers().run({ ...task, port: port2 }, { signal: stop.signal, transferList: [port2] }) as Outcome;
    if ('report' in outcome) return { ...outcome, report: withOwnDates(outcome.report) };
    const { code, rule, offset } = outcome.refused;
    throw new PkiError(code, { rule, ...(offset === undefined ? {} : { offset }) });
  } catch (error) {
    if (failure !== undefined) throw failure;
    if (stop.signal.aborted || isOutOfMemory(error)) throw new Problem('took-too-long');
    throw error;
  } finally {
    heldBytes -= bytes;
    clearTimeout(timer);
    port1.close();
  }
}

function octetsOf(content: Task['content']): number {
  if (!content) return 0;
  if (types.isUint8Array(content)) return content.length;
  return 'digest' in content ? 0 : content.reduce((sum, file) => sum + file.bytes.length, 0);
}

/** What crosses threads is of another realm under some runners: `instanceof Date` must hold for what leaves here. */
function withOwnDates<T>(value: T): T {
  if (types.isDate(value)) return new Date(value.getTime()) as T;
  if (Array.isArray(value)) return value.map(withOwnDates) as T;
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withOwnDates(each as unknown)])) as T;
}

function isOutOfMemory(error: unknown): boolean {
  return types.isNativeError(error) && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

/** Ends the threads at the stop of the service; running ones are given up. */
export async function stopVerificationWorkers(): Promise<void> {
  const ending = pool;
  pool = undefined;
  await ending?.destroy();
}
