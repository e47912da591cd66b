import { parentCode, parseAgencyCode, pathLabel } from '../../../src/agencies/code.ts';

test.each([
  // given               canonical        level
  ['H05',                'H05',           1],
  ['H05.12.3',           'H05.12.3',      3],
  ['H55.242',            'H55.242',       2],
  ['G09.20',             'G09.20',        2],
  ['000.00.00.H49',      'H49',           1],
  ['000.00.12.H05',      'H05.12',        2],
  ['003.02.12.H05',      'H05.12.02.003', 4],
])('%s is read as %s', (text, canonical, level) => {
  const alias = text.length === 13 && text.startsWith('0') ? text : undefined;
  expect(parseAgencyCode(text)).toEqual({ canonical, alias, level });
});

test.each([
  ['', 'nothing'], ['h05', 'lower case'], ['H5', 'one digit'], ['H050', 'three digits'], ['H05.', 'an empty level'], ['H05..1', 'an empty level inside'],
  ['H05.12345', 'a level too long'], ['H05.1.1234.1234.1234.1234.1234.1234.12', 'over 35 characters'], ['003.00.12.H05', 'a level below an empty one'],
  ['H05 ', 'a space'], ['Н05', 'a Cyrillic letter'], ['H05\n', 'a line end'],
])('%j is refused: %s', (text) => {
  expect(parseAgencyCode(text)).toBeUndefined();
});

test('the tree above a code', () => {
  expect([parentCode('H05.12.3'), parentCode('H05')]).toEqual(['H05.12', undefined]);
  expect(pathLabel('H05.12.3')).toBe('H05_12_3');
});
