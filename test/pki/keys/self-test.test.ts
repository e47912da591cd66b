import { execFileSync } from 'node:child_process';
import { digestsOfAbc } from '../../../pki/keys/known-answers.ts';
import { signatureSchemes } from '../../../pki/keys/algorithm.ts';
import { runSelfTests } from '../../../pki/keys/self-test.ts';

test('every digest and signature algorithm answers as known', () => {
  const results = runSelfTests();
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  expect(results.map(({ name }) => name)).toEqual(expect.arrayContaining([...signatureSchemes, ...Object.keys(digestsOfAbc)]));
});

test.each(Object.entries(digestsOfAbc))('openssl makes the same %s of abc', (digest, answer) => {
  const output = execFileSync('openssl', ['dgst', `-${digest}`], { input: 'abc', encoding: 'utf8' });
  expect(output.trim().split(' ').at(-1)).toBe(answer);
});
