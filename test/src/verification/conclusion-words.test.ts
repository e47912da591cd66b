import { globSync, readFileSync } from 'node:fs';
import { indicationWords, subIndicationWords } from '../../../src/verification/conclusion-words.ts';

test.each([...Object.entries(indicationWords), ...Object.entries(subIndicationWords)])('%s: what it means and what to do, in both languages', (_code, { means, todo }) => {
  for (const text of [means.vi, means.en, todo.vi, todo.en]) expect(text.length).toBeGreaterThan(10);
  expect(means.vi).not.toMatch(/\{|[A-Z]{2,}_/);
});

test('every reason that validation can give has its words', () => {
  const source = globSync('pki/validation/*.ts').map((file) => readFileSync(file, 'utf8')).join('\n');
  const given = new Set([...source.matchAll(/'([A-Z]+(?:_[A-Z]+)+|REVOKED|EXPIRED|GENERIC)'/g)].map(([, code]) => code!));
  expect(given.size).toBeGreaterThan(15);
  expect([...given].filter((code) => !(code in subIndicationWords))).toEqual([]);
});
