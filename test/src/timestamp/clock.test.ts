import { ClockGuard } from '../../../src/timestamp/clock.ts';

/** Three clocks that the test moves. */
function handClocks() {
  const at = { wall: 1_000_000, steady: 5_000, database: 1_000_000, asked: 0 };
  return {
    at,
    wallMs: () => at.wall, steadyMs: () => at.steady,
    databaseMs: async () => { at.asked++; return at.database; },
    run: (ms: number) => { at.wall += ms; at.steady += ms; at.database += ms; },
  };
}

test.each<[string, boolean, (c: ReturnType<typeof handClocks>) => void]>([
  ['all run on together', true, (c) => c.run(60_000)],
  ['the wall clock is set forward, the database\'s is not', false, (c) => { c.run(1_000); c.at.wall += 2_000; }],
  ['the wall clock is set back, the database\'s is not', false, (c) => { c.run(1_000); c.at.wall -= 2_000; }],
  ['both are set right together', true, (c) => { c.run(1_000); c.at.wall += 2_000; c.at.database += 2_000; }],
  ['the database\'s drifts away unnoticed until the next comparison', false, (c) => { c.run(31_000); c.at.database += 700; }],
  ['they drift apart within the tolerance', true, (c) => { c.run(31_000); c.at.database += 300; }],
])('%s: certain is %p', async (_case, certain, happen) => {
  const clocks = handClocks();
  const guard = new ClockGuard(clocks);
  expect(await guard.isCertain()).toBe(true);
  happen(clocks);
  expect(await guard.isCertain()).toBe(certain);
});

test('doubt ends when the clocks agree again', async () => {
  const clocks = handClocks();
  const guard = new ClockGuard(clocks);
  await guard.isCertain();
  clocks.at.wall += 5_000;
  expect(await guard.isCertain()).toBe(false);
  clocks.at.wall -= 5_000;
  expect(await guard.isCertain()).toBe(true);
});

test('between two comparisons the database is not asked', async () => {
  const clocks = handClocks();
  const guard = new ClockGuard(clocks);
  for (let i = 0; i < 10; i++) {
    await guard.isCertain();
    clocks.run(1_000);
  }
  expect(clocks.at.asked).toBe(1);
});
