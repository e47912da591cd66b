import express, { type Express } from 'express';
import helmet from 'helmet';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Services } from '../services.ts';
import { docsRoutes } from './docs.ts';
import type { Endpoint } from './endpoint.ts';
import { healthRoutes, readyRoutes, type ReadyCheck } from './health.ts';
import { drainAfter } from './limits.ts';
import { logRequest } from './logging.ts';
import { createMetrics, metricsRoutes, type Metrics } from './metrics.ts';
import { answerError, mount, mountErrors, routeOf, type WhoIs } from './mount.ts';
import { openApiRoutes } from './openapi.ts';
import { requestIdOf } from './request-id.ts';

/** A protocol that skips Express: chosen by the beginning of the address. */
export interface HotRoute {
  /** `/ocsp` takes `/ocsp` and `/ocsp/…`; `/crl/` what is below it. */
  prefix: string;
  handle: (req: IncomingMessage, res: ServerResponse) => unknown;
}

export interface ListenerParts {
  endpoints: readonly Endpoint[];
  hot?: readonly HotRoute[];
  checks?: readonly ReadyCheck[];
  metrics?: Metrics;
  /** Puts the pages for people behind the endpoints. */
  pages?: (app: Express) => void;
  whoIs: WhoIs;
}

/** Every endpoint there is, the frame's own ones among them. */
export function allEndpoints(parts: Pick<ListenerParts, 'endpoints' | 'checks'>, metrics: Metrics): readonly Endpoint[] {
  const listed = [...parts.endpoints, ...healthRoutes, ...readyRoutes(parts.checks ?? []), ...metricsRoutes(metrics)];
  return [...listed, ...openApiRoutes(listed), ...docsRoutes];
}

/** The whole HTTP side as one function for `http.createServer`. */
export function createListener(services: Services, parts: ListenerParts): RequestListener {
  const metrics = parts.metrics ?? createMetrics();
  const app = express();
  app.set('etag', false);
  app.disable('x-powered-by');
  app.use(helmet(headersFor(services.config.publicUrl)));
  mount(app, allEndpoints(parts, metrics), services, parts.whoIs);
  parts.pages?.(app);
  mountErrors(app, services);
  const hot = parts.hot ?? [];

  return (req, res) => {
    const url = req.url ?? '/';
    for (const route of hot) {
      if (!startsAt(url, route.prefix)) continue;
      answerHot(services, req, res, route);
      return;
    }
    res.setHeader('X-Request-Id', requestIdOf(req));
    watch(services, metrics, req, res);
    app(req, res);
  };
}

function startsAt(url: string, prefix: string): boolean {
  if (!url.startsWith(prefix)) return false;
  const next = url.charCodeAt(prefix.length);
  return prefix.endsWith('/') || Number.isNaN(next) || next === 0x2f /* / */ || next === 0x3f /* ? */;
}

function answerHot(services: Services, req: IncomingMessage, res: ServerResponse, route: HotRoute): void {
  try {
    const running = route.handle(req, res);
    if (running instanceof Promise) running.catch((error: unknown) => answerError(services, req, res, error));
  } catch (error) {
    answerError(services, req, res, error);
  }
  if (req.method !== 'GET') res.once('finish', () => drainAfter(req, res));
}

function watch({ log }: Services, metrics: Metrics, req: IncomingMessage, res: ServerResponse): void {
  const began = performance.now();
  logRequest(log, req, res);
  res.once('finish', () => {
    drainAfter(req, res);
    metrics.observe(req.method ?? '', routeOf.get(req)?.path ?? 'none', res.statusCode, (performance.now() - began) / 1000);
  });
}

function headersFor(publicUrl: string): Parameters<typeof helmet>[0] {
  const self = ["'self'"];
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"], scriptSrc: self, styleSrc: self, fontSrc: self, connectSrc: self, formAction: self,
        imgSrc: ["'self'", 'data:'], baseUri: ["'none'"], frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: publicUrl.startsWith('https:'),
    referrerPolicy: { policy: 'no-referrer' },
  };
}
