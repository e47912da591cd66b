import fc from 'fast-check';
import { dueAt, isWorkingDay, localDate, localDay, type Calendar } from '../../../src/policies/working-days.ts';

const tet: Calendar = new Map([
  ['2026-02-16', false], ['2026-02-17', false], ['2026-02-18', false], ['2026-02-19', false], ['2026-02-20', false], ['2026-08-22', true],
]);

test.each([
  // the rule it protects                                start (+07:00)      days  due (+07:00)
  ['the day it starts on does not count',                '2026-11-02T08:00', 3, '2026-11-06T00:00'],
  ['a start late at night is that local day, not UTC',   '2026-11-02T23:59', 3, '2026-11-06T00:00'],
  ['a start after local midnight is the next day',       '2026-11-03T00:00', 3, '2026-11-07T00:00'],
  ['Saturday and Sunday are no working days',            '2026-11-05T08:00', 3, '2026-11-11T00:00'],
  ['a start on a Sunday',                                '2026-11-08T08:00', 1, '2026-11-10T00:00'],
  ['Tết moves the end by its days',                      '2026-02-12T08:00', 3, '2026-02-25T00:00'],
  ['an exchanged Saturday counts',                       '2026-08-20T08:00', 2, '2026-08-23T00:00'],
])('%s', (_rule, start, days, due) => {
  expect(dueAt(new Date(`${start}:00+07:00`), days, tet)).toEqual(new Date(`${due}:00+07:00`));
});

test('a term has exactly as many working days as it was given', () => {
  fc.assert(fc.property(fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true }), fc.integer({ min: 1, max: 20 }), (start, days) => {
    const due = dueAt(start, days, tet);
    let count = 0;
    for (let day = Date.parse(`${localDate(start)}T00:00:00Z`) + 86_400_000; day < due.getTime() + 7 * 3_600_000; day += 86_400_000) {
      if (isWorkingDay(new Date(day).toISOString().slice(0, 10), tet)) count += 1;
    }
    expect(count).toBe(days);
    expect(isWorkingDay(localDate(new Date(due.getTime() - 1)), tet)).toBe(true);
  }));
});

test('a day begins at midnight in Vietnam, and is written day first for people', () => {
  expect(['2026-12-31T16:59:59Z', '2026-12-31T17:00:00Z'].map((iso) => [localDate(new Date(iso)), localDay(new Date(iso))])).toEqual([['2026-12-31', '31/12/2026'], ['2027-01-01', '01/01/2027']]);
});
