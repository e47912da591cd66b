import { AnswerCounter } from '../../../src/load/count.ts';
import { findLoad } from '../../../src/load/find.ts';
import { addAnswers } from '../../../src/load/store.ts';
import { testServices } from '../../database.ts';

test('two nodes add up; hours are the last 24, days are those of Việt Nam', async () => {
  const services = await testServices();
  services.clock.set('2026-11-02T02:10:00Z');
  const node = (): AnswerCounter => new AnswerCounter((counts) => addAnswers(services.db, counts), services.log);
  const [a, b] = [node(), node()];
  for (const counter of [a, b]) {
    counter.count('ocsp', 'good', Date.parse('2026-11-02T02:05:00Z'));
    counter.count('ocsp', 'revoked', Date.parse('2026-11-01T16:59:59Z'));
    counter.count('ocsp', 'good', Date.parse('2026-11-01T17:00:00Z'));
    counter.count('ocsp', 'error', Date.parse('2026-10-03T17:00:00Z'));
    counter.count('ocsp', 'error', Date.parse('2026-10-03T16:59:59Z'));
    counter.count('verification', 'INDETERMINATE', Date.parse('2026-11-01T02:59:59Z'));
  }
  await Promise.all([a.store(), b.store()]);
  const { ocsp, verification } = await findLoad(services);
  expect([ocsp.hours.length, ocsp.days.length]).toEqual([24, 30]);
  expect(ocsp.hours.at(-1)).toEqual({ startsAt: new Date('2026-11-02T02:00:00Z'), answers: [2, 0, 0, 0] });
  expect(ocsp.days.slice(-2)).toEqual([{ startsAt: new Date('2026-10-31T17:00:00Z'), answers: [0, 2, 0, 0] }, { startsAt: new Date('2026-11-01T17:00:00Z'), answers: [4, 0, 0, 0] }]);
  expect(ocsp.days[0]).toEqual({ startsAt: new Date('2026-10-03T17:00:00Z'), answers: [0, 0, 0, 2] });
  // the hour that began 24 hours ago is over
  expect(verification.hours.flatMap(({ answers }) => answers).every((n) => n === 0)).toBe(true);
  expect(verification.days.at(-2)!.answers).toEqual([0, 2, 0]);
});
