import { languageOf } from '../../../src/http/language.ts';

test.each([
  [undefined, 'vi'], ['', 'vi'], ['en', 'en'], ['en-GB,en;q=0.9', 'en'], ['vi-VN,vi;q=0.9,en;q=0.8', 'vi'], ['en;q=0.5, vi;q=0.6', 'vi'],
  ['fr, en;q=0.1', 'en'], ['fr', 'vi'], ['en;q=0', 'vi'], ['en;q=nonsense', 'vi'],
] as const)('%j is %s', (header, language) => {
  expect(languageOf(header)).toBe(language);
});
