import { showDate, showDateTime, showHex, showNumber, withQuery } from '../../../../src/web/frame/formats.ts';

test('days and hours are those of Vietnam, whatever the zone of the server', () => {
  expect(showDateTime(new Date('2026-12-31T17:05:00Z'))).toBe('01/01/2027 00:05');
  expect(showDate(new Date('2026-12-31T16:59:59Z'))).toBe('31/12/2026');
});

test('numbers are grouped as the language does', () => {
  expect([showNumber(1_234_567, 'vi'), showNumber(1_234_567, 'en'), showNumber(0, 'vi')]).toEqual(['1.234.567', '1,234,567', '0']);
});

test.each([
  ['/list?q=a&after=x', { after: null }, '/list?q=a'], ['/list', { after: 'k y' }, '/list?after=k+y'], ['/list?after=1', { after: 2, q: undefined }, '/list?after=2'], ['/list?a=1', { a: null }, '/list'],
])('%s with %o is %s', (here, change, expected) => {
  expect(withQuery(here, change)).toBe(expected);
});

test('hex is compared in pairs', () => {
  expect(showHex('0a1b2c')).toBe('0A:1B:2C');
});
