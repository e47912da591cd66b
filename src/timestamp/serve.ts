import type { IncomingMessage, ServerResponse } from 'node:http';
import { drainAfter, readBody } from '../http/limits.ts';
import { timestampResponse } from '../../pki/timestamp/response.ts';
import { maxRequestBytes } from '../../pki/timestamp/request.ts';
import { Problem } from '../problems.ts';
import type { Services } from '../services.ts';
import { ClockGuard, systemClocks } from './clock.ts';
import { stamp } from './stamp.ts';

/** Timestamps over HTTP, RFC 3161 §3.4: POST /tsa. */
export function createTimestampHandler(
  services: Services, clock: Pick<ClockGuard, 'isCertain'> = new ClockGuard(systemClocks(services)),
): (req: IncomingMessage, res: ServerResponse) => void {
  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (!/^application\/timestamp-query\b/i.test(req.headers['content-type'] ?? '')) {
      res.writeHead(415, { accept: 'application/timestamp-query' }).end();
      return drainAfter(req, res);
    }
    send(res, await stamp(services, clock, await readBody(req, maxRequestBytes)));
  }

  return (req, res) => {
    if (req.method !== 'POST') return void res.writeHead(405, { allow: 'POST' }).end();
    answer(req, res).catch((error: unknown) => {
      const theirs = error instanceof Problem && (error.code === 'too-large' || error.code === 'malformed-request');
      if (!theirs) services.log.error({ err: error }, 'no timestamp');
      if (res.headersSent || res.destroyed) return;
      send(res, timestampResponse(theirs ? { failInfo: 'badDataFormat', text: 'the request is too large or broke off' } : { failInfo: 'systemFailure', text: 'try again later' }));
      drainAfter(req, res);
    });
  };
}

function send(res: ServerResponse, der: Uint8Array): void {
  res.writeHead(200, ['content-type', 'application/timestamp-reply', 'content-length', String(der.length), 'cache-control', 'no-store']).end(der);
}
