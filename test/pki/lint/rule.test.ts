import { runLint, type LintRule } from '../../../pki/lint/rule.ts';

const row = (id: string, check: (n: number) => boolean): LintRule<number> => ({ id, level: 'error', source: 'RFC 5280 §4', since: '2008-05-01', check });

test('the broken rows come back in their order, and a check that throws is broken', () => {
  const rules = [
    row('positive', (n) => n > 0),
    row('throws', () => {
      throw new Error('no');
    }),
    row('even', (n) => n % 2 === 0),
    row('small', (n) => n < 10),
  ];
  expect(runLint(rules, -1).map(({ id }) => id)).toEqual(['positive', 'throws', 'even']);
  expect(runLint(rules.slice(2), 2)).toEqual([]);
});
