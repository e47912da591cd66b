import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fuzzDocuments, judgeExtremes } from './fuzz/run.ts';

/** `npm run fuzz -- [--cases 50000] [--seed N] [--from CASE]`: bent PDFs, CMS, JWS, XML and ZIP; what breaks a promise is kept in `.antin/fuzz`. */
const { values } = parseArgs({ options: { cases: { type: 'string', default: '50000' }, seed: { type: 'string' }, from: { type: 'string', default: '0' } } });
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
console.log(`seed ${seed}`);

const mb = (bytes: number): string => `${(bytes / 1_048_576).toFixed(0)} MB`;
const extreme = await judgeExtremes();
for (const { name, end } of extreme.costs) console.log(`${end.cpuMs.toFixed(0).padStart(8)} ms ${mb(end.memoryBytes).padStart(7)}  ${name}: ${end.end}`);

const started = performance.now();
const { cases, ends, findings: bent, slowestMs, largestBytes } = await fuzzDocuments({ seed, cases: Number(values.cases), from: Number(values.from), corpora: join(root, '..', 'shared', 'corpora') });
for (const [end, count] of [...ends].toSorted((a, b) => b[1] - a[1])) console.log(String(count).padStart(8), end);
console.log(`${cases} cases in ${((performance.now() - started) / 1000).toFixed(0)} s, the slowest ${slowestMs.toFixed(0)} ms of processor time, the thread at most ${mb(largestBytes)}`);

const findings = [...extreme.findings, ...bent];
for (const { number, sample, what, file } of findings) {
  const folder = join(root, '.antin', 'fuzz');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${seed}-${number}-${sample.replaceAll(/[^\w.-]+/g, '-')}`), file);
  console.log(`case ${number}, ${sample}: ${what}`);
}
console.log(`${findings.length} findings`);
if (findings.length > 0) process.exitCode = 1;
