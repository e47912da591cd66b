import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import { z } from 'zod';
import { binary, endpoint, type Endpoint } from './endpoint.ts';

export interface Metrics {
  registry: Registry;
  /** @param route the endpoint's path, never the address asked for: labels must stay few */
  observe(method: string, route: string, status: number, seconds: number): void;
  /** Answers of the protocols that skip the routes, and of verification, by kind. */
  answered(service: string, answer: string, times: number): void;
}

/** Counters of one running service; `process: true` adds memory, CPU and event loop. */
export function createMetrics(options: { process?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.process) collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'antin_http_requests_total', help: 'Answered requests.', labelNames: ['method', 'route', 'status'], registers: [registry],
  });
  const durations = new Histogram({
    name: 'antin_http_request_seconds', help: 'Time to answer.', labelNames: ['route'], registers: [registry],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  const answers = new Counter({
    name: 'antin_answers_total', help: 'Answers by OCSP and to verifications, a few seconds late.', labelNames: ['service', 'answer'], registers: [registry],
  });
  return {
    registry,
    answered: (service, answer, times) => answers.inc({ service, answer }, times),
    observe(method, route, status, seconds) {
      requests.inc({ method, route, status });
      durations.observe({ route }, seconds);
    },
  };
}

/** `GET /metrics` for Prometheus. */
export function metricsRoutes({ registry }: Metrics): readonly Endpoint[] {
  return [endpoint({
    method: 'get', path: '/metrics', summary: 'Figures for Prometheus', allow: 'anyone', status: 200,
    accepts: ['text/plain'], reply: z.string(), problems: [],
    handle: async () => binary(Buffer.from(await registry.metrics()), registry.contentType),
  })];
}
