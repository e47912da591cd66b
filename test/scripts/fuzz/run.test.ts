import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fuzzDocuments, judgeExtremes } from '../../../scripts/fuzz/run.ts';

const corpora = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'shared', 'corpora');
// one seed for every ordinary run, so that a red run is red again; `npm run fuzz` takes others
const order = { seed: Number(process.env['FUZZ_SEED'] ?? 20261125), cases: Number(process.env['FUZZ_CASES'] ?? 2_000), corpora };

test(`${order.cases} bent documents of every format each end in a verdict or a refusal (seed ${order.seed})`, async () => {
  const { findings, ends } = await fuzzDocuments(order);
  expect(findings.map(({ number, sample, what }) => `case ${number}, ${sample}: ${what}`)).toEqual([]);
  expect(ends.values().reduce((sum, count) => sum + count, 0)).toBe(order.cases);
  // it reached behind the readers: good signatures stay, bad ones are found out, and files are refused
  const kinds = [...ends.keys()];
  for (const end of ['pdf TOTAL-PASSED', 'pdf TOTAL-FAILED HASH_FAILURE', 'pdf INDETERMINATE SIG_CONSTRAINTS_FAILURE', 'cms TOTAL-FAILED SIG_CRYPTO_FAILURE']) expect(kinds).toContain(end);
  for (const kind of ['jws', 'xml', 'zip']) expect(kinds.filter((end) => end.startsWith(kind)).length).toBeGreaterThan(1);
}, 600_000);

test('files made to cost as much as they can each end within the time and memory of a case', async () => {
  const { findings, costs } = await judgeExtremes();
  expect(findings.map(({ sample, what }) => `${sample}: ${what}`)).toEqual([]);
  expect(costs.length).toBeGreaterThan(30);
  // what people do sign is judged, at whatever size
  const ends = new Map(costs.map(({ name, end }) => [name, end.end]));
  for (const name of ['signatures: 250', 'signatures: 33, over 30 MB', 'revisions: 241']) expect(ends.get(name)).toBe('TOTAL-PASSED');
}, 600_000);
