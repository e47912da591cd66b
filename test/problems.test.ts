import { globSync, readFileSync } from 'node:fs';
import { isProblemCode, Problem, problems, type ProblemCode } from '../src/problems.ts';
import { problemDetails } from '../src/http/problem-json.ts';

const codes = Object.keys(problems) as ProblemCode[];
const source = globSync('{src,pki}/**/*.ts').filter((file) => file !== 'src/problems.ts').map((file) => readFileSync(file, 'utf8')).join('\n');

test.each(codes)('%s is written in both languages, as a sentence, and stands under its status', (code) => {
  const { status, en, vi } = problems[code];
  expect(code).toMatch(/^[a-z]+(-[a-z0-9]+)*$/);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(en).toMatch(/^[A-Z].*\.$/);
  expect(vi).toMatch(/^[A-ZĐÂĂÊÔƠƯ].*\.$/u);
  // a Vietnamese sentence of this length has a letter with a mark
  expect(vi.normalize('NFD')).toMatch(/[\u0300-\u036fđ]/);
  expect(vi).not.toBe(en);
});

test('rows stand in the order of their status', () => {
  const order = codes.map((code) => problems[code].status);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
});

test.each(codes)('%s can be reached: something in the code names it', (code) => {
  expect(source.includes(`'${code}'`)).toBe(true);
});

test('every code that is thrown has its row', () => {
  const thrown = [...source.matchAll(/new Problem\('([^']+)'/g)].map((m) => m[1] ?? '');
  expect(thrown.length).toBeGreaterThan(10);
  expect(thrown.filter((code) => !isProblemCode(code))).toEqual([]);
});

test('facts stand beside the standard members and never replace them', () => {
  const details = problemDetails(new Problem('not-found', { status: 200, type: 'x', id: 7 }), 'en', '00000000-0000-4000-8000-000000000000');
  expect(details).toEqual({
    type: 'urn:antin:problem:not-found', title: problems['not-found'].en, status: 404, id: 7,
    instance: 'urn:uuid:00000000-0000-4000-8000-000000000000',
  });
});
