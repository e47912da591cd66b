import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readManifest } from '../../scripts/conformance/manifest.ts';
import { runManifest } from '../../scripts/conformance/run.ts';

interface Exception { id: string; expected: string; actual: string; reason: string }

const here = dirname(fileURLToPath(import.meta.url));
const corpora = join(here, '..', '..', '..', 'shared', 'corpora');
const exceptions = globSync('exceptions/*.json', { cwd: here })
  .flatMap((file) => JSON.parse(readFileSync(join(here, file), 'utf8')) as Exception[]);
const suites = ['pkits', 'boringssl-chain', 'x509-limbo', 'wycheproof', 'pdf-integrity', 'pdf-attacks'];

describe.each(suites)('%s', (suite) => {
  const manifest = join(corpora, suite, 'manifest.json');
  const testHere = existsSync(manifest) ? test : test.skip;

  testHere('every case is as expected but for the exceptions, and those still fail', async () => {
    const { outcomes } = await runManifest(readManifest(manifest));
    const failed = outcomes.filter(({ status }) => status === 'failed').map(({ id }) => id);
    const here = new Set(outcomes.map(({ id }) => id));
    const known = exceptions.filter(({ id }) => here.has(id)).map(({ id }) => id);
    expect(outcomes.length).toBeGreaterThanOrEqual(40);
    expect(failed.toSorted()).toEqual(known.toSorted());
  }, 120_000);
});

test('every exception says what it is about', () => {
  for (const { id, expected, actual, reason } of exceptions) {
    // the ids of pdf-integrity begin with the word pdf alone
    expect([...suites, 'pdf']).toContain(basename(id.split('/')[0]!));
    expect([expected, actual, reason].every((text) => text.length > 0)).toBe(true);
  }
});
