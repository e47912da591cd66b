import { AnswerCounter } from '../../../src/load/count.ts';
import { createMetrics } from '../../../src/http/metrics.ts';
import type { AnswerCount } from '../../../src/load/store.ts';

const at = Date.parse('2026-11-02T02:59:59.999Z');
const silent = { warn: (): void => undefined };
const line = ({ hour, service, answer, answers }: AnswerCount): string => `${hour.toISOString().slice(11, 16)} ${service} ${answer} ${answers}`;

test('answers are added up by the hour they were given in, and stored once', async () => {
  const stored: string[][] = [];
  const counter = new AnswerCounter(async (counts) => void stored.push(counts.map(line)), silent);
  counter.count('ocsp', 'good', at);
  counter.count('ocsp', 'good', at);
  counter.count('ocsp', 'good', at + 1);
  counter.count('verification', 'TOTAL-FAILED', at);
  await counter.store();
  await counter.store();
  expect(stored).toEqual([['02:00 ocsp good 2', '03:00 ocsp good 1', '02:00 verification TOTAL-FAILED 1']]);
});

test('what could not be stored waits, and comes with what was counted since', async () => {
  let down = true;
  const stored: string[][] = [];
  const counter = new AnswerCounter(async (counts) => {
    if (down) throw new Error('no connection');
    stored.push(counts.map(line));
  }, silent);
  counter.count('ocsp', 'revoked', at);
  await counter.store();
  counter.count('ocsp', 'revoked', at);
  await counter.store();
  down = false;
  counter.count('ocsp', 'unknown', at);
  await counter.store();
  expect(stored).toEqual([['02:00 ocsp revoked 2', '02:00 ocsp unknown 1']]);
});

test('Prometheus hears of it when it is stored', async () => {
  const metrics = createMetrics();
  const counter = new AnswerCounter(async () => undefined, silent);
  counter.tell(({ service, answer, answers }) => metrics.answered(service, answer, answers));
  counter.count('ocsp', 'error', at);
  counter.count('ocsp', 'error', at);
  await counter.store();
  expect(await metrics.registry.metrics()).toContain('antin_answers_total{service="ocsp",answer="error"} 2');
});
