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

test('indexes on large tables are made beside writers and other starts, anew where an earlier one was left half made', async () => {
  const { db, databaseUrl } = await testServices();
  const concurrent = ['0046-work-at-size', '0047-rare-rows'];
  await db('migrations').whereIn('name', concurrent).delete();
  await db.raw('drop index requests_by_step');
  await db.raw(`update pg_index set indisvalid = false where indexrelid = 'requests_ended'::regclass`);
  const ran = await Promise.all([migrate(databaseUrl), migrate(databaseUrl), migrate(databaseUrl)]);
  expect(ran.toSorted((a, b) => a.length - b.length)).toEqual([[], [], concurrent]);
  const { rows } = await db.raw<{ rows: { name: string }[] }>(
    `select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid where i.indisvalid and c.relname in ('requests_by_step', 'requests_ended', 'requests_ended_by_kind', 'audit_entries_by_call', 'officials_left') order by 1`);
  expect(rows.map(({ name }) => name)).toEqual(['audit_entries_by_call', 'officials_left', 'requests_by_step', 'requests_ended', 'requests_ended_by_kind']);
});

test('numbers are not used twice', () => {
  const numbers = names.map((name) => name.slice(0, 4));
  expect(new Set(numbers).size).toBe(numbers.length);
});
