import { onceFor, type Answered } from '../../../src/idempotency/once.ts';
import { idempotencyTasks } from '../../../src/idempotency/tasks.ts';
import { testServices, type TestServices } from '../../database.ts';

let services: TestServices;
let runs = 0;

beforeAll(async () => { services = await testServices(); }, 60_000);

const answerOf = (text: string): Answered => ({ bytes: Buffer.from(text), contentType: 'application/json' });

async function call(key: string | undefined, change: { caller?: string; operation?: string; request?: (string | undefined)[]; run?: () => Promise<Answered> } = {}): Promise<string> {
  const { caller = 'agency', operation = 'verify', request = ['a'], run = async () => answerOf(`Nguyễn ${++runs}`) } = change;
  return Buffer.from((await onceFor(services, { id: caller }, { key, operation, request }, run)).bytes).toString();
}

test('the same key with the same request is answered as the first time, with or without quotes', async () => {
  const first = await call('"one"');
  expect(await call('"one"')).toBe(first);
  expect(await call('one')).toBe(first);
  expect(await call('"two"')).not.toBe(first);
  expect(await call(undefined)).not.toBe(await call(undefined));
});

test('a key is its caller\'s and its operation\'s', async () => {
  const first = await call('"shared"');
  expect(await call('"shared"', { caller: 'another' })).not.toBe(first);
  expect(await call('"shared"', { operation: 'batch' })).not.toBe(first);
});

test.each([
  ['another text', ['a'], ['b']], ['the parts cut elsewhere', ['ab', 'c'], ['a', 'bc']], ['a part left out', ['a', undefined], ['a', '']],
])('%s with the same key is refused', async (name, first, second) => {
  await call(`"${name}"`, { request: first });
  await expect(call(`"${name}"`, { request: second })).rejects.toMatchObject({ code: 'idempotency-key-reused' });
});

test('while the first runs a second is told to come back; once it died somebody takes over', async () => {
  let finish: (answer: Answered) => void = () => undefined;
  const running = call('"slow"', { run: () => new Promise((done) => { finish = done; }) });
  for (let waiting = true; waiting;) waiting = (await services.db('idempotent_requests').where({ key: 'slow' }).pluck('id')).length === 0;
  await expect(call('"slow"')).rejects.toMatchObject({ code: 'request-in-progress', facts: { retryAfterSeconds: 2 } });
  services.clock.advance({ minutes: 3 });
  const taken = await call('"slow"', { run: async () => answerOf('by another') });
  expect(taken).toBe('by another');
  finish(answerOf('late'));
  await running;
  expect(await call('"slow"')).toBe('by another');
});

test('a call that failed may be tried again', async () => {
  await expect(call('"failing"', { run: () => Promise.reject(new Error('no')) })).rejects.toThrow('no');
  expect(await call('"failing"')).toMatch(/^Nguyễn/);
});

test.each(['', '""', '"a', 'with space', `"${'a'.repeat(256)}"`, '"ế"', '"a", "b"'])('%s is no key', async (key) => {
  await expect(call(key)).rejects.toMatchObject({ code: 'invalid-fields' });
});

test('answers are sealed while they are kept, and forgotten after a day', async () => {
  await call('"kept"');
  const { answer } = await services.db('idempotent_requests').where({ key: 'kept' }).first('answer') as { answer: Buffer };
  expect(answer.toString()).not.toContain('Nguyễn');
  services.clock.advance({ hours: 25 });
  await idempotencyTasks[0]!.run(services, {});
  expect(await services.db('idempotent_requests').pluck('id')).toEqual([]);
});
