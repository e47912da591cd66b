import { presentFreshness } from '../../../../src/web/dashboard/freshness.ts';

const now = new Date('2026-11-02T02:00:00Z');
const list = (name: string, thisUpdate: string | null, nextUpdate: string | null) =>
  ({ name, label: name, thisUpdate: thisUpdate === null ? null : new Date(thisUpdate), nextUpdate: nextUpdate === null ? null : new Date(nextUpdate) });

test('lists that need somebody stand first and say so; the bar is as long as what has passed', () => {
  const view = presentFreshness([
    list('<Fresh>', '2026-11-01T02:00:00Z', '2026-11-05T02:00:00Z'), list('Never', null, null), list('Soon', '2026-11-01T02:00:00Z', '2026-11-02T02:45:00Z'), list('Late', '2026-10-01T02:00:00Z', '2026-11-01T23:00:00Z'),
  ], now, 'en');
  expect(view.sentence).toBe('2 of 4 lists are overdue or were never published: this needs somebody now.');
  expect(view.table.rows.map((row) => `${row['authority']} ${row['state']}`)).toEqual(['Never Overdue or not published', 'Late Overdue or not published', 'Soon About to end', '<Fresh> Current']);
  expect([...view.svg.matchAll(/width="([\d.]+)" height="14" rx="3" fill="#(?!ffffff)/g)].map(([, length]) => Number(length))).toEqual([336, 336, 325.82, 84]);
  for (const text of ['Never published', 'Overdue by 3 hours, since 02/11/2026 06:00 (+07:00)', '45 min left, until 02/11/2026 09:45 (+07:00)', '3 days left, until 05/11/2026 09:00 (+07:00)', '&lt;Fresh&gt;']) expect(view.svg).toContain(text);
  expect(view.svg).not.toContain('<Fresh>');
});

test('where all are current a calm sentence says it, in Vietnamese too', () => {
  expect(presentFreshness([list('A', '2026-11-01T02:00:00Z', '2026-11-05T02:00:00Z')], now, 'vi').sentence).toMatch(/^1 danh sách đang dùng, tất cả còn hiệu lực\./);
  expect(presentFreshness([], now, 'vi').isEmpty).toBe(true);
});
