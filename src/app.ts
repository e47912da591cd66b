import type { RequestListener } from 'node:http';
import { authenticate } from './access/authenticate.ts';
import { accessRoutes } from './access/routes.ts';
import { auditRoutes } from './audit/routes.ts';
import type { Endpoint } from './http/endpoint.ts';
import type { ReadyCheck } from './http/health.ts';
import { createListener, type HotRoute } from './http/listener.ts';
import type { Metrics } from './http/metrics.ts';
import type { Services } from './services.ts';

/** Every endpoint of every noun: read this list to know each address there is. */
export const endpoints: readonly Endpoint[] = [
  ...accessRoutes, ...auditRoutes,
];

/** The protocols that skip Express, for their speed: plain functions of request and response. */
export function hotRoutes(_services: Services): readonly HotRoute[] {
  return [];
}

/** The service's HTTP side. */
export function createApp(services: Services, options: { checks?: readonly ReadyCheck[]; metrics?: Metrics } = {}): RequestListener {
  return createListener(services, {
    ...options, endpoints, hot: hotRoutes(services),
    whoIs: (authorization, requestId) => authenticate(services, authorization, requestId),
  });
}
