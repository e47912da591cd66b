import { presentLoad } from '../../../../src/web/dashboard/load.ts';

const now = new Date('2026-11-02T02:10:00Z');
const nothing = { hours: [{ startsAt: now, answers: [0, 0, 0] }], days: [{ startsAt: now, answers: [0, 0, 0] }] };
const hours = [{ startsAt: new Date('2026-11-02T01:00:00Z'), answers: [1_000, 20, 3, 0] }, { startsAt: new Date('2026-11-02T02:00:00Z'), answers: [30, 0, 0, 1] }];
const days = [{ startsAt: new Date('2026-11-01T17:00:00Z'), answers: [1_030, 20, 3, 1] }];

test('answers by the hour and by the day, in a sentence, as stacked bars, and as a table with the newest first', () => {
  const [byHour, byDay, ...checks] = presentLoad({ ocsp: { hours, days }, verification: nothing }, now, 'en');
  expect(byHour!.sentence).toBe('1,054 in all, 1,023 in the busiest hour: good 1,030, revoked 20, unknown 3, error 1.');
  expect(byHour!.table.rows[0]).toEqual({ place: '09:00', 0: '30', 1: '0', 2: '0', 3: '1' });
  expect(byHour!.svg).toContain('08:00: Good 1,000, Revoked 20, Unknown 3, Error 0; 09:00:');
  // a bar for each kind that there was, and none for what there was not
  expect(byHour!.svg.match(/stroke-width="0.4"/g)).toHaveLength(5);
  expect(byHour!.svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(byDay!.table.rows).toEqual([{ place: '02/11', 0: '1,030', 1: '20', 2: '3', 3: '1' }]);
  expect(checks.map(({ isEmpty, svg }) => [isEmpty, svg])).toEqual([[true, ''], [true, '']]);
});
