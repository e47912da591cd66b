import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { mutate as mutateDer, seededRandom } from '../mutate-chain.ts';
import type { Case, End, Setting } from './judge.worker.ts';
import { Chance, mutateBytes, mutateTokens } from './mutate-bytes.ts';
import { mutatePdf } from './mutate-pdf.ts';
import { fuzzTime, makeSamples, type Sample } from './samples.ts';

/** A case that broke a promise, with the file that did it. */
export interface Finding { number: number; sample: string; what: string; file: Uint8Array }

export interface FuzzResult { cases: number; ends: Map<string, number>; findings: Finding[]; slowestMs: number }

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
  heapMb: 256,
};

/** Judges bent files, each in its turn, in a thread that is replaced when a case kills or hangs it. */
export async function fuzzDocuments({ seed, cases, from = 0, corpora }: FuzzOrder): Promise<FuzzResult> {
  const { own, others, trust } = await makeSamples(corpora);
  const samples = [...own, ...others];
  const judges = new Judges({ trust, time: fuzzTime });
  const result: FuzzResult = { cases, ends: new Map(), findings: [], slowestMs: 0 };
  try {
    for (const sample of own) await demandClean(judges, sample);
    for (let number = from; number < from + cases; number++) {
      const chance = new Chance(seededRandom(seed + number * 7_919));
      const sample = chance.pick(chance.below(2) === 0 ? own : samples);
      const bent = bend(sample, chance);
      const end = await judges.ask(bent);
      const key = `${sample.kind} ${end.end}`;
      result.ends.set(key, (result.ends.get(key) ?? 0) + 1);
      result.slowestMs = Math.max(result.slowestMs, end.cpuMs);
      const what = brokenPromise(end, sample, bent);
      if (what !== undefined) result.findings.push({ number, sample: sample.name, what, file: bent.file });
    }
  } finally {
    await judges.end();
  }
  return result;
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

function brokenPromise({ end, threw, cpuMs, passed }: End, sample: Sample, bent: Case): string | undefined {
  if (threw !== undefined) return threw;
  if (cpuMs > limits.cpuMs) return `${Math.round(cpuMs)} ms of processor time, ${end}`;
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
      workerData: this.setting, resourceLimits: { maxOldGenerationSizeMb: limits.heapMb }, execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    const { worker } = this;
    const hung = new AbortController();
    const timer = setTimeout(() => hung.abort(), limits.wallMs);
    try {
      // an error of the thread itself, such as the end of its memory, rejects
      const reply = once(worker, 'message', { signal: hung.signal }) as Promise<[End]>;
      worker.postMessage(given);
      return (await reply)[0];
    } catch (error) {
      this.worker = undefined;
      await worker.terminate();
      return { end: 'killed', passed: [], threw: hung.signal.aborted ? `no end within ${limits.wallMs} ms` : String(error), cpuMs: 0 };
    } finally {
      clearTimeout(timer);
    }
  }

  async end(): Promise<void> {
    await this.worker?.terminate();
  }
}
