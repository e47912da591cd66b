import { fieldMistakes, wrongField } from '../../src/field-mistakes.ts';
import { factsIn } from '../../src/problems.ts';

test.each(Object.entries(fieldMistakes))('%s says the same in both languages: a sentence, with the same facts', (_code, { vi, en }) => {
  const facts = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).toSorted();
  expect(facts(vi)).toEqual(facts(en));
  for (const text of [vi, en]) expect(text).toMatch(/^(?:\p{Lu}|\{).*\.$/u);
  expect(vi).not.toBe(en);
});

test('a reader is told in the one language, with the code that systems go by', () => {
  const { facts } = wrongField('/code', 'above-missing', { above: 'H05' });
  expect(factsIn(facts, 'vi')).toEqual({ errors: [{ pointer: '/code', code: 'above-missing', message: 'Không có cơ quan cấp trên H05 đang hoạt động.' }] });
  expect(factsIn(facts, 'en')).toMatchObject({ errors: [{ message: 'There is no open agency H05 above it.' }] });
});
