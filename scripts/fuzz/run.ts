import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { workerLimits } from '../../src/verification/workers.ts';
import { mutate as mutateDer, seededRandom } from '../mutate-chain.ts';
import type { Case, End, Setting } from './judge.worker.ts';
import { Chance, mutateBytes, mutateTokens } from './mutate-bytes.ts';
import { extremes } from './extremes.ts';
import { mutatePdf } from './mutate-pdf.ts';
import { fuzzTime, makeSamples, type Sample } from './samples.ts';

/** A case that broke a promise, with the file that did it. */
export interface Finding { number: number; sample: string; what: string; file: Uint8Array }

export interface FuzzResult {
  cases: number;
  ends: Map<string, number>;
  findings: Finding[];
  /** processor time of the slowest case */
  slowestMs: number;
  /** heap and external memory of the thread at its highest */
  largestBytes: number;
}

export interface FuzzOrder {
  seed: number;
  cases: number;
  /** the first case, to repeat one */
  from?: number;
  /** folder of the public suites */
  corpora?: string;
}

const limits = {
  /** processor time of one case */
  cpuMs: 2_000,
  /** a case that has not ended by then never will; far more than `cpuMs`, for other work on the machine */
  wallMs: 60_000,
  /** heap and external memory of the thread, its code with them */
  memoryBytes: 256 * 1024 * 1024,
};

/** Judges bent files, each in its turn, in a thread that is replaced when a case kills or hangs it. */
export async function fuzzDocuments({ seed, cases, from = 0, corpora }: FuzzOrder): Promise<FuzzResult> {
  const { own, others, trust } = await makeSamples(corpora);
  const samples = [...own, ...others];
  const judges = new Judges({ trust, time: fuzzTime });
  const result: FuzzResult = { cases, ends: new Map(), findings: [], slowestMs: 0, largestBytes: 0 };
  try {
    for (const sample of own) await demandClean(judges, sample);
    for (let number = from; number < from + cases; number++) {
      const chance = new Chance(seededRandom(seed + number * 7_919));
      const sample = chance.pick(chance.below(2) === 0 ? own : samples);
      const bent = bend(sample, chance);
      const end = await judges.ask(bent);
      count(result, `${sample.kind} ${end.end}`, end);
      const what = brokenBound(end) ?? brokenPromise(end, sample, bent);
      if (what !== undefined) result.findings.push({ number, sample: sample.name, what, file: bent.file });
    }
  } finally {
    await judges.end();
  }
  return result;
}

/** Judges each file that is made to cost as much as it can, within the same bounds. */
export async function judgeExtremes(): Promise<FuzzResult & { costs: { name: string; end: End }[] }> {
  const { trust, order } = await makeSamples();
  const judges = new Judges({ trust, time: fuzzTime });
  const result: FuzzResult & { costs: { name: string; end: End }[] } = { cases: 0, ends: new Map(), findings: [], slowestMs: 0, largestBytes: 0, costs: [] };
  try {
    for (const [name, make] of Object.entries(extremes)) {
      const file = await make(order);
      // a thread of its own, so that the memory is what this file takes
      await judges.end();
      const end = await judges.ask({ file, content: undefined });
      count(result, end.end, end);
      result.costs.push({ name, end });
      const what = brokenBound(end);
      if (what !== undefined) result.findings.push({ number: result.cases, sample: name, what, file });
      result.cases++;
    }
  } finally {
    await judges.end();
  }
  return result;
}

function count(result: FuzzResult, key: string, { cpuMs, memoryBytes }: End): void {
  result.ends.set(key, (result.ends.get(key) ?? 0) + 1);
  result.slowestMs = Math.max(result.slowestMs, cpuMs);
  result.largestBytes = Math.max(result.largestBytes, memoryBytes);
}

/** A fuzz of files that did not pass to begin with would prove nothing. */
async function demandClean(judges: Judges, { name, file, content }: Sample): Promise<void> {
  const { passed, end, threw } = await judges.ask({ file, content });
  if (passed.length === 0) throw new Error(`${name} does not pass as it is: ${end} ${threw ?? ''}`);
}

function bend({ kind, file, content }: Sample, chance: Chance): Case {
  if (content && chance.below(4) === 0) return { file, content: mutateBytes(content, chance) };
  switch (kind) {
    case 'pdf': return { file: mutatePdf(file, chance), content };
    case 'cms': return { file: chance.below(3) > 0 ? Buffer.from(mutateDer(file, chance.next).der) : mutateBytes(file, chance), content };
    case 'jws': case 'xml': return { file: chance.below(3) > 0 ? mutateTokens(file, chance) : mutateBytes(file, chance), content };
    case 'zip': return { file: mutateBytes(file, chance), content };
  }
}

function brokenBound({ end, threw, cpuMs, memoryBytes }: End): string | undefined {
  if (threw !== undefined) return threw;
  if (cpuMs > limits.cpuMs) return `${Math.round(cpuMs)} ms of processor time, ${end}`;
  return memoryBytes > limits.memoryBytes ? `${Math.round(memoryBytes / 1_048_576)} MB of memory, ${end}` : undefined;
}

function brokenPromise({ passed }: End, sample: Sample, bent: Case): string | undefined {
  const forged = passed.find((field) => !isStillSigned(field, sample, bent));
  return forged === undefined ? undefined : `${forged} passes although what it signs was changed`;
}

/** Whether all that a signature covers is there as it was. */
function isStillSigned(field: string, { file, content, covered, needed }: Sample, bent: Case): boolean {
  if (content && Buffer.compare(content, bent.content ?? new Uint8Array(0)) !== 0) return false;
  if (needed) return needed.every((octets) => Buffer.from(bent.file).includes(Buffer.from(octets)));
  const ranges = covered[field];
  return ranges !== undefined && ranges.every(([start, end]) => Buffer.compare(file.subarray(start, end), bent.file.subarray(start, end)) === 0);
}

/** One thread at a time, with the memory a case may have. */
class Judges {
  private readonly setting: Setting;
  private worker: Worker | undefined;

  constructor(setting: Setting) {
    this.setting = setting;
  }

  async ask(given: Case): Promise<End> {
    this.worker ??= new Worker(new URL('./judge.worker.ts', import.meta.url), {
      workerData: this.setting, resourceLimits: workerLimits, execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    const { worker } = this;
    const hung = new AbortController();
    const timer = setTimeout(() => hung.abort(), limits.wallMs);
    try {
      // an error of the thread itself, such as the end of its memory, rejects
      const reply = once(worker, 'message', { signal: hung.signal }) as Promise<[End]>;
      worker.postMessage(given);
      const highest = highestMemory(worker, reply);
      const [end] = await reply;
      return { ...end, memoryBytes: Math.max(end.memoryBytes, await highest) };
    } catch (error) {
      await this.end();
      return { end: 'killed', passed: [], threw: hung.signal.aborted ? `no end within ${limits.wallMs} ms` : String(error), cpuMs: 0, memoryBytes: 0 };
    } finally {
      clearTimeout(timer);
    }
  }

  async end(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
  }
}

/** Between two looks at a thread at work; most cases end before the first. */
const lookMs = 10;

/** The memory of a thread at its highest, seen from outside until it answers. */
async function highestMemory(worker: Worker, reply: Promise<unknown>): Promise<number> {
  let [highest, going] = [0, true];
  const ended = reply.then(() => { going = false; }, () => { going = false; });
  for (;;) {
    await Promise.race([ended, sleep(lookMs, undefined, { ref: false })]);
    if (!going) return highest;
    const { used_heap_size: heap, external_memory: external } = await worker.getHeapStatistics().catch(() => ({ used_heap_size: 0, external_memory: 0 }));
    highest = Math.max(highest, heap + external);
  }
}
