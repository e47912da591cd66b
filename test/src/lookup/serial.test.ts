import { readSerial } from '../../../src/lookup/serial.ts';

const shown = (typed: string): string[] => readSerial(typed).map((range) =>
  ('exactly' in range ? range.exactly.map((one) => one.toString('hex')).join(' = ') : `${range.from.toString('hex')} … ${range.below.toString('hex')}`));

test.each([
  ['a beginning', '7a0832', ['7a0832 … 7a0833']],
  ['an odd number of digits', '7a08321', ['7a083210 … 7a083220']],
  ['colons and capitals', '7A:08:32:B7', ['7a0832b7 … 7a0832b8']],
  ['0x, as programmers write it', '0x7a0832', ['7a0832 … 7a0833']],
  ['leading zeros stay', '000001', ['000001 … 000002', '01 = 0000000000000000000000000000000000000001']],
  ['a carry', '0000ff', ['0000ff … 000100']],
  ['the last of all', 'ffffff', [`ffffff … ${'ff'.repeat(21)}`]],
  ['decimal', '1234567', ['12345670 … 12345680', '12d687 = 000000000000000000000000000000000012d687']],
])('%s', (_what, typed, expected) => {
  expect(shown(typed)).toEqual(expected);
});

test.each([['too short', '7a083'], ['too long', 'ab'.repeat(21)], ['a name', 'Nguyễn Văn'], ['nothing', ''], ['a code', 'H05.18']])('%s is none', (_what, typed) => {
  expect(readSerial(typed)).toEqual([]);
});
