import { randomBytes } from 'node:crypto';
import { buildCode, parseCode } from '../../../src/revocations/code.ts';

const services = { random: (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes)) };

test('a code has 80 bits in letters that are not taken for one another', () => {
  const codes = Array.from({ length: 2000 }, () => buildCode(services));
  expect(new Set(codes).size).toBe(2000);
  for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
  expect(new Set(codes.join('').replaceAll('-', '')).size).toBe(32);
});

test.each([
  ['as it is shown', '7Q2M-X0AB-99KD-TR5E', '7Q2MX0AB99KDTR5E'],
  ['in small letters, with spaces', ' 7q2m x0ab 99kd tr5e ', '7Q2MX0AB99KDTR5E'],
  ['with O and I as they are heard', '7Q2M-XOAB-99KD-TRIL', '7Q2MX0AB99KDTR11'],
  ['too short', '7Q2M-X0AB-99KD-TR5', undefined], ['too long', '7Q2M-X0AB-99KD-TR5EE', undefined], ['with a letter that is none', '7Q2M-X0AB-99KD-TR5U', undefined], ['empty', '', undefined],
])('a code typed %s', (_how, typed, code) => {
  expect(parseCode(typed)).toBe(code);
});
