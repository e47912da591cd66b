import { isConnectionLost } from '../../../src/database/lost-connection.ts';
import { columnOf, createPool, fieldOf } from '../../../src/database/pool.ts';
import { atEnd, testServices } from '../../database.ts';

test.each([
  ['agencyPath', 'agency_path'], ['id', 'id'], ['spkiSha256', 'spki_sha256'], ['isPkiId', 'is_pki_id'], ['agency_path', 'agency_path'],
])('%s is the column %s', (field, column) => {
  expect(columnOf(field)).toBe(column);
});

test.each([['agency_path', 'agencyPath'], ['spki_sha256', 'spkiSha256'], ['not_before', 'notBefore']])('%s is the field %s', (column, field) => {
  expect(fieldOf(column)).toBe(field);
});

test('rows of queries and of raw statements come back in camelCase, int8 as a number, bytes as bytes', async () => {
  const { db } = await testServices();
  const expected = { bigNumber: 9_007_199_254_740_991, someBytes: Buffer.from([1, 2]), aMoment: new Date('2026-01-01T00:00:00.123Z') };
  const columns = `9007199254740991::int8 as big_number, '\\x0102'::bytea as some_bytes, '2026-01-01T00:00:00.123Z'::timestamptz as a_moment`;
  expect((await db.raw(`select ${columns}`)).rows).toEqual([expected]);
  expect(await db.select(db.raw(columns)).first()).toEqual(expected);
});

test('a value inside jsonb keeps its own spelling', async () => {
  const { db } = await testServices();
  expect((await db.raw(`select '{"snake_case": 1}'::jsonb as some_value`)).rows).toEqual([{ someValue: { snake_case: 1 } }]);
});

test('a connection that the server ended is replaced', async () => {
  const { databaseUrl } = await testServices();
  const db = createPool(databaseUrl, { max: 1 });
  atEnd(() => db.destroy());
  const ended = db.raw('select pg_terminate_backend(pg_backend_pid())');
  await expect(ended).rejects.toMatchObject({ code: '57P01' });
  // The socket's end may follow the message by a moment; then it is one refusal more, and no other.
  const next = await db.raw('select 1 as one').catch((error: unknown) => error);
  if (next instanceof Error) expect(isConnectionLost(next)).toBe(true);
  expect((await db.raw('select 1 as one')).rows).toEqual([{ one: 1 }]);
});
