import { findPage } from '../../../src/database/paging.ts';
import { testServices, type TestServices } from '../../database.ts';

let services: TestServices;
beforeAll(async () => {
  services = await testServices();
  await services.db.raw(`create table things (id int primary key, group_name text, made_at timestamptz)`);
  await services.db.raw(`insert into things select n, 'g' || n % 3, '2026-01-01'::timestamptz + n % 4 * interval '1 hour' from generate_series(1, 10) n`);
});

test.each([
  [['groupName', 'id'], 'asc' as const], [['groupName', 'id'], 'desc' as const], [['madeAt', 'id'], 'asc' as const], [['id'], 'desc' as const],
])('pages by %j %s meet every row once, in order', async (keys, direction) => {
  const seen: number[] = [];
  let after: string | undefined;
  do {
    const page = await findPage<{ id: number }>(services.db('things').select('id', 'groupName', 'madeAt'), keys, { after, limit: 3 }, direction);
    expect(page.items.length).toBeLessThanOrEqual(3);
    seen.push(...page.items.map((row) => row.id));
    after = page.next ?? undefined;
  } while (after !== undefined);
  const whole = await services.db('things').select('id').orderBy(keys.map((column) => ({ column, order: direction })));
  expect(seen).toEqual(whole.map((row) => row.id));
});

test.each(['', '!', 'bnVsbA', 'WzEsMl0', 'W251bGxd', 'W3t9XQ'])('an `after` that we did not hand out (%s) is refused', async (after) => {
  await expect(findPage(services.db('things').select('id'), ['id'], { after, limit: 3 })).rejects.toMatchObject({ code: 'malformed-request' });
});
