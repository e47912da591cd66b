import type { TestServices } from '../../database.ts';

/** Every kept sum that is not zero, for comparing what was kept step by step with what a count from nothing comes to. */
export async function keptSums({ db }: TestServices): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { line: string }[] }>(
    `select s::text as line from standing_sums s where certificates <> 0 union all select s::text from period_sums s where certificates <> 0
     union all select s::text from request_sums s where (in_time, late, open, days, days_of) <> (0, 0, 0, 0, 0) order by line`);
  return rows.map(({ line }) => line);
}
