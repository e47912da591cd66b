import { createBatcher } from '../../../src/database/batch.ts';

const settled = <T>(value: T): PromiseSettledResult<T> => ({ status: 'fulfilled', value });

test('what arrives while a batch runs forms the next one, within the limit', async () => {
  const batches: number[][] = [];
  const add = createBatcher<number, number>(async (items) => {
    batches.push(items);
    await new Promise((done) => setImmediate(done));
    return items.map((n) => settled(n * 10));
  }, { maxItems: 3 });
  expect(await Promise.all([1, 2, 3, 4, 5, 6].map(add))).toEqual([10, 20, 30, 40, 50, 60]);
  expect(batches).toEqual([[1], [2, 3, 4], [5, 6]]);
});

test('one item that fails leaves the others alone', async () => {
  const add = createBatcher<number, number>(async (items) => items.map((n) => (n === 2 ? { status: 'rejected', reason: new Error('two') } : settled(n))), { maxItems: 10 });
  const results = await Promise.allSettled([1, 2, 3].map(add));
  expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('a batch that fails as a whole fails each of its items, and the next batch runs', async () => {
  let runs = 0;
  const add = createBatcher<number, number>(async (items) => {
    if (runs++ === 0) throw new Error('the commit failed');
    return items.map(settled);
  }, { maxItems: 10 });
  const results = await Promise.allSettled([1, 2].map(add));
  expect(results).toEqual([{ status: 'rejected', reason: new Error('the commit failed') }, { status: 'fulfilled', value: 2 }]);
  expect(await add(3)).toBe(3);
});

test('a result that is missing is an error, not a promise for ever', async () => {
  const add = createBatcher<number, number>(async () => [], { maxItems: 10 });
  await expect(add(1)).rejects.toThrow('no result');
});

test('who was answered together and comes back together goes together; a lone item never waits', async () => {
  const batches: number[][] = [];
  const add = createBatcher<number, number>(async (items) => {
    batches.push(items);
    await new Promise((done) => setImmediate(done));
    return items.map(settled);
  }, { maxItems: 10, lingerMs: 60_000 });
  await add(1);
  await Promise.all([2, 3, 4].map(add));
  const first = add(5);
  await new Promise((done) => setImmediate(done));
  await Promise.all([first, add(6), add(7)]);
  expect(batches).toEqual([[1], [2, 3, 4], [5, 6, 7]]);
});

test('two lanes share what waits, and one goes on while the other is held up', async () => {
  const batches: number[][] = [];
  const release: (() => void)[] = [];
  const add = createBatcher<number, number>(async (items) => {
    batches.push(items);
    await new Promise<void>((done) => release.push(done));
    return items.map(settled);
  }, { maxItems: 10, lanes: 2 });
  const all = [1, 2, 3, 4, 5, 6].map(add);
  expect(batches).toEqual([[1], [2]]);
  const turn = () => new Promise((done) => setImmediate(done));
  release[1]?.();
  await turn();
  expect(batches.slice(2)).toEqual([[3, 4, 5]]);
  release[0]?.();
  release[2]?.();
  await turn();
  expect(batches.slice(3)).toEqual([[6]]);
  release[3]?.();
  expect(await all[5]).toBe(6);
});
