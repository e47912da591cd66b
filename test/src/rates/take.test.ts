import { rates, takeRate, type Rate } from '../../../src/rates/take.ts';
import { rateTasks } from '../../../src/rates/tasks.ts';
import { testServices, type TestServices } from '../../database.ts';

let services: TestServices;
beforeAll(async () => { services = await testServices(); }, 60_000);

const small: Rate = { name: 'small', perMinute: 6, burst: 3 };

async function take(caller: string, purpose = 'test', rate = small): Promise<{ headers: Record<string, string>; wait: unknown }> {
  const headers: Record<string, string> = {};
  const setHeader = (name: string, value: string): void => { headers[name] = value; };
  const wait = await takeRate(services, { purpose, caller, rate, setHeader }).then(() => undefined, (error: { facts: Record<string, unknown> }) => error.facts['retryAfterSeconds']);
  return { headers, wait };
}

test('a burst, then one call for every ten seconds, with what is left in the headers', async () => {
  const answers = [await take('a'), await take('a'), await take('a'), await take('a')];
  expect(answers.map(({ wait }) => wait)).toEqual([undefined, undefined, undefined, 10]);
  expect(answers.map(({ headers }) => headers['RateLimit'])).toEqual(['"small";r=2;t=10', '"small";r=1;t=20', '"small";r=0;t=30', '"small";r=0;t=30']);
  expect(answers[3]!.headers['RateLimit-Policy']).toBe('"small";q=3;w=30');
  services.clock.advance({ seconds: 9 });
  expect((await take('a')).wait).toBe(1);
  services.clock.advance({ seconds: 1 });
  expect((await take('a')).wait).toBeUndefined();
});

test('twenty at once on several connections: not one more than there is', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => take('b')));
  expect(answers.filter(({ wait }) => wait === undefined)).toHaveLength(3);
});

test.each([
  ['another caller', 'c', 'd', 'test'], ['another purpose', 'c', 'c', 'other'], ['another network of IPv6', '2001:db8:1:2::1', '2001:db8:1:3::1', 'test'],
])('%s has a bucket of its own', async (_case, first, second, purpose) => {
  for (let n = 0; n < 4; n++) await take(first);
  expect((await take(second, purpose)).wait).toBeUndefined();
});

test.each([
  ['2001:db8:9:2::1', '2001:db8:9:2:ffff::9'], ['2001:0db8:8:0::1', '2001:db8:8::2'], ['::ffff:192.0.2.7', '192.0.2.7'], ['fe80::1%eth0', 'fe80::2'],
])('%s and %s are one caller', async (first, second) => {
  for (let n = 0; n < 3; n++) await take(first);
  expect((await take(second)).wait).toBeDefined();
});

test('a caller is kept as a keyed hash, and forgotten after an hour of rest', async () => {
  await take('198.51.100.77', 'test', rates.anyone);
  const kept = await services.db('rate_buckets').select('bucket') as { bucket: Buffer }[];
  expect(kept.every(({ bucket }) => bucket.length === 32)).toBe(true);
  services.clock.advance({ hours: 2 });
  await rateTasks[0]!.run(services, {});
  expect(await services.db('rate_buckets').count({ n: '*' })).toEqual([{ n: 0 }]);
});
