import { trustedPeriod } from '../../../pki/trust-list/trusted-period.ts';

const at = (year: number): Date => new Date(Date.UTC(year, 0));

/** `+2020` granted since 2020, `-2022` not since 2022; the newest first */
const states = (text: string) => text.split(' ').filter(Boolean).map((each) => ({ granted: each.startsWith('+'), since: at(Number(each.slice(1))) }));

test.each([
  ['granted and never otherwise', '+2020', 2020, undefined],
  ['granted twice in a row', '+2022 +2020', 2020, undefined],
  ['withdrawn', '-2024 +2020', 2020, 2024],
  ['withdrawn, and for good', '-2025 -2024 +2020', 2020, 2024],
  ['granted again: the break counts', '+2026 -2024 +2020', 2026, undefined],
  ['under supervision before it was not', '-2024 +2022 -2021 +2018', 2022, 2024],
  ['never granted', '-2020', undefined, undefined],
  ['nothing known', '', undefined, undefined],
])('%s', (_case, text, from, until) => {
  expect(trustedPeriod({ states: states(text) })).toEqual(from === undefined ? undefined : { from: at(from), until: until === undefined ? undefined : at(until) });
});
