import { kinds } from './kinds.ts';
import type { Manifest, Outcome } from './manifest.ts';

export interface SuiteResult { suite: string; total: number; passed: number; failed: number; skipped: number; outcomes: Outcome[] }

/** Runs every case of a manifest. What throws is a failure of that case, not of the run. */
export async function runManifest(manifest: Manifest): Promise<SuiteResult> {
  const outcomes: Outcome[] = [];
  for (const test of manifest.cases) {
    try {
      const run = kinds[test.kind];
      outcomes.push(...(run ? await run(test, manifest) : [skipped(test.id, `no runner for kind ${test.kind}`)]));
    } catch (error) {
      outcomes.push({ id: test.id, status: 'failed', expected: 'a verdict', actual: `threw ${String(error)}` });
    }
  }
  const count = (status: Outcome['status']): number => outcomes.filter((outcome) => outcome.status === status).length;
  return {
    suite: manifest.suite, total: outcomes.length, passed: count('passed'), failed: count('failed'), skipped: count('skipped'), outcomes,
  };
}

function skipped(id: string, actual: string): Outcome {
  return { id, status: 'skipped', expected: 'a runner', actual };
}
