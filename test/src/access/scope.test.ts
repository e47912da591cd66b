import { isWithin } from '../../../src/access/scope.ts';

test.each([
  ['the whole country', undefined, 'H05.01', true], ['the agency itself', 'H05', 'H05', true], ['below it', 'H05', 'H05.01.002', true],
  ['a longer label is another agency', 'H05', 'H050', false], ['above it', 'H05.01', 'H05', false], ['beside it', 'H05.01', 'H05.02', false],
  ['nothing to compare', 'H05', null, false],
])('%s', (_rule, ancestor, path, within) => {
  expect(isWithin(ancestor, path)).toBe(within);
});
