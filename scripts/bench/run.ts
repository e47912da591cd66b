import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemActor } from '../../src/access/actors.ts';
import { createIssuingAuthority, createRootAuthority, type CreatedGeneration } from '../../src/authorities/create.ts';
import { loadConfig } from '../../src/config.ts';
import { startService, type RunningService } from '../../src/main.ts';
import type { KeySpec, Services } from '../../src/services.ts';
import type { LoadJob, LoadResult } from './load.ts';

export const benchActor = systemActor('bench');
const p256: KeySpec = { type: 'ec', curve: 'P-256' };

/** The whole service on an embedded PostgreSQL of its own, durable as in use, with a root and an issuing CA on P-256. */
export async function startBench(): Promise<RunningService & { port: number; issuing: CreatedGeneration; end: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'antin-bench-'));
  const running = await startBenchIn(folder);
  const issuing = await makeBenchAuthorities(running.services);
  return {
    ...running, issuing, port: Number(new URL(running.address).port),
    async end() {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The service with its data in this folder, as it was left there. */
export async function startBenchIn(folder: string): Promise<RunningService> {
  // a closed folder would send the data elsewhere, where nobody clears it away
  await chmod(folder, 0o711);
  return startService({ config: { ...loadConfig({ DATA_FOLDER: folder, LOG_LEVEL: 'error' }), port: 0 } });
}

export async function makeBenchAuthorities(services: Services): Promise<CreatedGeneration> {
  const organisation = 'Benchmark';
  const root = await createRootAuthority(services, benchActor, { slug: 'bench-root', commonName: 'Bench Root CA', organisation, key: p256, days: 7_305 });
  return createIssuingAuthority(services, benchActor, { slug: 'bench-ca', commonName: 'Bench CA', organisation, key: p256, days: 3_650, parentId: root.authorityId });
}

/** Runs the load in a process of its own. */
export async function runLoad(job: LoadJob): Promise<LoadResult> {
  const folder = await mkdtemp(join(tmpdir(), 'antin-load-'));
  try {
    const file = join(folder, 'job.json');
    await writeFile(file, JSON.stringify(job));
    const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'load.ts'), file], { maxBuffer: 1 << 20 });
    return JSON.parse(stdout) as LoadResult;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A raw HTTP/1.1 request in base64. */
export function rawRequest(method: string, path: string, headers: Record<string, string> = {}, body: Uint8Array = new Uint8Array(0)): string {
  const all = { host: '127.0.0.1', ...headers, ...(method === 'GET' ? {} : { 'content-length': String(body.length) }) };
  const head = `${method} ${path} HTTP/1.1\r\n${Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]).toString('base64');
}

/** One line per figure, the numbers under each other. */
export function report(title: string, figures: readonly (readonly [label: string, value: string])[]): void {
  const width = Math.max(...figures.map(([label]) => label.length));
  process.stdout.write(`\n${title}\n${figures.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`).join('\n')}\n`);
}

export const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en-US')}/s`;
