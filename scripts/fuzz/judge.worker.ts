import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { parseCertificate } from '../../pki/certificate/parse.ts';
import { PkiError } from '../../pki/error.ts';
import { PathCache } from '../../pki/path/work.ts';
import { publicServicePolicy } from '../../pki/validation/policy.ts';
import { validateDocument } from '../../pki/validation/validate.ts';
import type { Trust } from './samples.ts';

export interface Setting { trust: Trust; time: Date }
export interface Case { file: Uint8Array; content: Uint8Array | undefined }

/** How a case ended: `passed` are the fields (or ids) of what is TOTAL-PASSED; memory is of the whole thread, garbage that was not collected yet with it. */
export interface End { end: string; passed: string[]; threw: string | undefined; cpuMs: number; memoryBytes: number }

const { trust, time } = workerData as Setting;
// what crosses threads is a plain copy
const anchor = parseCertificate(Uint8Array.from(trust.anchor));
const anchors = [{ certificate: anchor, domain: 'fuzz', scope: 'any' as const, trustedFrom: new Date(0), trustedUntil: undefined }];
const evidence = { certificates: trust.evidence.certificates.map((der) => Uint8Array.from(der)), crls: trust.evidence.crls.map((der) => Uint8Array.from(der)), ocspResponses: [] };
const cache = new PathCache();

function judge({ file, content }: Case): Pick<End, 'end' | 'passed'> {
  const { report } = validateDocument({ file, ...(content && { content }), validationTime: time, policy: publicServicePolicy, anchors, cache, evidence });
  const passed = report.signatures.filter(({ indication }) => indication === 'TOTAL-PASSED').map(({ field, id }) => field ?? id);
  return { end: `${report.conclusion.indication} ${report.conclusion.subIndication ?? ''}`.trim(), passed };
}

parentPort!.on('message', (given: Case) => {
  const started = process.threadCpuUsage();
  let told: Omit<End, 'cpuMs' | 'memoryBytes'>;
  try {
    told = { ...judge(given), threw: undefined };
  } catch (error) {
    told = error instanceof PkiError
      ? { end: error.code, passed: [], threw: undefined }
      : { end: 'threw', passed: [], threw: error instanceof Error ? error.stack ?? error.message : String(error) };
  }
  const { user, system } = process.threadCpuUsage(started);
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  parentPort!.postMessage({ ...told, cpuMs: (user + system) / 1000, memoryBytes: heap + external } satisfies End);
});
