import { existsSync, globSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readManifest } from './conformance/manifest.ts';
import { runManifest, type SuiteResult } from './conformance/run.ts';

/** `npm run conformance -- MANIFEST… [--out RESULTS.json] [--verbose]`: the public suites against our verdicts. */
const { values, positionals } = parseArgs({
  allowPositionals: true, options: { out: { type: 'string' }, verbose: { type: 'boolean', default: false } },
});

const corpora = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'shared', 'corpora');
const files = positionals.length > 0 ? positionals : globSync('*/manifest.json', { cwd: corpora }).toSorted().map((file) => join(corpora, file));

const results: SuiteResult[] = [];
for (const file of files) {
  if (!existsSync(file)) {
    console.error(`no such manifest: ${file}`);
    process.exitCode = 1;
    continue;
  }
  const started = performance.now();
  const result = await runManifest(readManifest(file));
  results.push(result);
  report(result, performance.now() - started);
}

const sum = (key: 'passed' | 'failed'): number => results.reduce((total, result) => total + result[key], 0);
if (values.out) writeFileSync(values.out, `${JSON.stringify(results, null, 2)}\n`);
if (sum('failed') > 0) process.exitCode = 1;
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);

function report({ suite, total, passed, failed, skipped, outcomes }: SuiteResult, milliseconds: number): void {
  console.log(`${suite}: ${total} total, ${passed} passed, ${failed} failed, ${skipped} skipped (${(milliseconds / 1000).toFixed(1)} s)`);
  for (const { id, status, expected, actual } of outcomes) {
    if (status === 'failed') console.log(`  failed  ${id}: expected ${expected}, found ${actual}`);
    if (status === 'passed' && values.verbose) console.log(`  passed  ${id}: ${actual}`);
  }
  const reasons = Map.groupBy(outcomes.filter(({ status }) => status === 'skipped'), ({ actual }) => actual);
  for (const [reason, group] of reasons) console.log(`  skipped ${group.length}: ${reason}`);
}
