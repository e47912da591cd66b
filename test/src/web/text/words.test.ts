import { globSync, readFileSync } from 'node:fs';
import { isWordKey, texts, type Pair } from '../../../../src/web/text/words.ts';

const words = Object.entries(texts).flatMap(([task, pairs]) => Object.entries(pairs as Record<string, Pair>).map(([key, pair]) => [`${task}.${key}`, pair] as const));
const source = globSync('src/web/**/*.{ts,njk}').filter((file) => !file.startsWith('src/web/text/')).map((file) => readFileSync(file, 'utf8')).join('\n');
const facts = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').toSorted();

test.each(words)('%s is said in both languages, with the same facts', (_key, [vi, en]) => {
  expect(vi.trim()).not.toBe('');
  expect(en.trim()).not.toBe('');
  expect(facts(vi)).toEqual(facts(en));
  expect(vi).toBe(vi.normalize('NFC'));
});

test('every word that a page asks for is there', () => {
  const asked = [...source.matchAll(/\bt\('([\w.]+)'/g)].map(([, key]) => key ?? '');
  expect(asked.length).toBeGreaterThan(50);
  expect(asked.filter((key) => !isWordKey(key))).toEqual([]);
});

test('every word is asked for by a page', () => {
  const composed = [...source.matchAll(/`(\w+)\.\$\{/g)].map(([, task]) => `${task}.`);
  const unused = words.map(([key]) => key).filter((key) => !source.includes(key) && !composed.some((task) => key.startsWith(task)));
  expect(unused).toEqual([]);
});
