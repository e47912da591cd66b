import { readdirSync } from 'node:fs';
import { migrate } from '../../../src/database/migrate.ts';
import { testServices } from '../../database.ts';

const names = readdirSync(new URL('../../../migrations/', import.meta.url)).filter((name) => /^\d/.test(name)).map((name) => name.replace('.ts', ''));

test('every migration has run, and running them again does nothing', async () => {
  const { db, databaseUrl } = await testServices();
  expect((await db('migrations').select('name').orderBy('name')).map((row) => row.name)).toEqual(names.toSorted());
  expect(await migrate(databaseUrl)).toEqual([]);
});

test('a mark left over from a killed start does not block, and starts at the same time wait', async () => {
  const { db, databaseUrl } = await testServices();
  await db('migrations_lock').update({ isLocked: 1 });
  expect(await Promise.all([migrate(databaseUrl), migrate(databaseUrl)])).toEqual([[], []]);
});

test('numbers are not used twice', () => {
  const numbers = names.map((name) => name.slice(0, 4));
  expect(new Set(numbers).size).toBe(numbers.length);
});
