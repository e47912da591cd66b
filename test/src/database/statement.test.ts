import { statement } from '../../../src/database/statement.ts';
import { testServices } from '../../database.ts';

const services = await testServices();
const measure = statement<{ place: number; octetCount: number | null }>('measure-bytes',
  'select u.place, octet_length(u.bytes) as octet_count from unnest(?::bytea[]) with ordinality as u (bytes, place) order by u.place');

test('arrays with bytes and nulls go in, rows in our own spelling come out', async () => {
  expect(await measure(services.db, [[Buffer.from('abc'), null, Buffer.alloc(0)]]))
    .toEqual([{ place: 1, octetCount: 3 }, { place: 2, octetCount: null }, { place: 3, octetCount: 0 }]);
});

test('the server parses it once on a connection, however often it is sent', async () => {
  await services.db.transaction(async (tx) => {
    for (let sent = 0; sent < 3; sent++) await measure(tx, [[Buffer.from('x')]]);
    const { rows } = await tx.raw<{ rows: { runs: number }[] }>(`select generic_plans + custom_plans as runs from pg_prepared_statements where name = 'measure-bytes'`);
    expect(rows).toHaveLength(1);
    expect(rows[0]!.runs).toBeGreaterThanOrEqual(3);
  });
});

test('a statement that fails once works in the next transaction of its connection', async () => {
  const divide = statement<{ result: number }>('divide-by', 'select 10 / ?::integer as result');
  await expect(services.db.transaction((tx) => divide(tx, [0]))).rejects.toMatchObject({ code: '22012' });
  expect(await services.db.transaction((tx) => divide(tx, [5]))).toEqual([{ result: 2 }]);
});

test('a table may change under it', async () => {
  const read = statement<{ first: number }>('read-changing', 'select first from changing');
  await services.db.raw('create table changing (first integer); insert into changing values (1)');
  expect(await read(services.db, [])).toEqual([{ first: 1 }]);
  await services.db.raw('alter table changing add column second text, drop column first, add column first integer default 2');
  expect(await read(services.db, [])).toEqual([{ first: 2 }]);
});
