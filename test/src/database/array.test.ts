import { arrayOf, type ArrayType } from '../../../src/database/array.ts';
import { statement } from '../../../src/database/statement.ts';
import { testServices } from '../../database.ts';

const services = await testServices();
const id = '0198c0de-0000-7000-8000-00000000000f';

test.each<[ArrayType, unknown[], string[]]>([
  ['bytea', [Buffer.from([0, 255, 92]), new Uint8Array(0)], [String.raw`\x00ff5c`, String.raw`\x`]],
  ['integer', [0, -1, 2_147_483_647], ['0', '-1', '2147483647']],
  ['text', ['', 'Đặng "Hồng" \\ {a,b}', 'NULL', '😀'], ['', 'Đặng "Hồng" \\ {a,b}', 'NULL', '😀']],
  ['timestamptz', [new Date('2026-11-02T03:00:00.123Z'), new Date('1999-12-31T23:59:59.999Z')], ['2026-11-02 03:00:00.123+00', '1999-12-31 23:59:59.999+00']],
  ['uuid', [id], [id]],
  ['jsonb', ['{"b":[1,null],"a":"Đ"}', '[]'], ['{"a": "Đ", "b": [1, null]}', '[]']],
])('%s arrays arrive as they were sent, nulls in their places', async (type, values, shown) => {
  const read = statement<{ value: string | null }>(`read-${type}`, `select value::text from unnest(?::${type}[]) with ordinality as u (value, place) order by place`);
  for (const sent of [values, [null, ...values, null], []]) {
    const back = sent.length === values.length ? shown : sent.length === 0 ? [] : [null, ...shown, null];
    expect((await read(services.db, [arrayOf(type, sent as never)])).map(({ value }) => value)).toEqual(back);
  }
});

test.each<[string, ArrayType, unknown[], string]>([
  ['a uuid that is none', 'uuid', ['not a uuid'], '08P01'],
  ['JSON that is none', 'jsonb', ['{'], '22P02'],
  ['U+0000', 'text', ['a\0b'], '22021'],
])('%s is refused by the server, not stored', async (_rule, type, values, code) => {
  await expect(services.db.raw(`select unnest(?::${type}[])`, [arrayOf(type, values as never)])).rejects.toMatchObject({ code });
});
