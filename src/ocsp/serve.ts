import type { IncomingMessage, ServerResponse } from 'node:http';
import { drainAfter, readBody } from '../http/limits.ts';
import { ocspError } from '../../pki/ocsp/build-response.ts';
import { maxRequestBytes } from '../../pki/ocsp/request.ts';
import { answerCounter } from '../load/count.ts';
import { Problem } from '../problems.ts';
import type { Services } from '../services.ts';
import { answerOcsp } from './answer.ts';
import { AnswerCache, cachedAnswer, type CachedAnswer } from './cache.ts';

const mediaType = 'application/ocsp-response';
const prefix = '/ocsp/';
/** Base64 of the longest request, every character percent-encoded. */
const maxUrlLength = prefix.length + maxRequestBytes * 4;

/** OCSP over HTTP as RFC 6960 appendix A and RFC 5019 §5 describe it: POST /ocsp and GET /ocsp/{base64}. */
export function createOcspHandler(services: Services): (req: IncomingMessage, res: ServerResponse) => void {
  const cache = new AnswerCache(services.notices);
  const counter = answerCounter(services);
  cache.listen().catch((error: unknown) => services.log.warn({ err: error }, 'OCSP answers are not cached'));

  async function answer(key: string, request: Uint8Array | undefined, req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (!request) return sendError('malformedRequest', res);
    const { epoch } = cache;
    const fresh = await answerOcsp(services, request);
    const nowMs = services.now().getTime();
    if (fresh.keep) {
      const kept = cachedAnswer(fresh, fresh.keep);
      cache.put(key, kept, epoch);
      return give(req, res, kept, nowMs);
    }
    counter.count('ocsp', fresh.status, nowMs);
    sendUncached(res, fresh.der);
  }

  function give(req: IncomingMessage, res: ServerResponse, kept: CachedAnswer, nowMs: number): void {
    counter.count('ocsp', kept.status, nowMs);
    send(req, res, kept, nowMs);
  }

  function sendError(error: 'malformedRequest' | 'internalError', res: ServerResponse): void {
    counter.count('ocsp', 'error', services.now().getTime());
    sendUncached(res, ocspError(error));
  }

  function fail(req: IncomingMessage, res: ServerResponse, error: unknown): void {
    const theirs = error instanceof Problem;
    if (!theirs) services.log.error({ err: error }, 'OCSP failed');
    if (res.headersSent || res.destroyed) return;
    sendError(theirs ? 'malformedRequest' : 'internalError', res);
    drainAfter(req, res);
  }

  async function post(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = await readBody(req, maxRequestBytes);
    const key = body.toString('latin1');
    const nowMs = services.now().getTime();
    const kept = cache.find(key, nowMs);
    return kept ? give(req, res, kept, nowMs) : answer(key, body, req, res);
  }

  return (req, res) => {
    const { method, url = '' } = req;
    if (method === 'POST') return void post(req, res).catch((error: unknown) => fail(req, res, error));
    if (method !== 'GET' && method !== 'HEAD') return void res.writeHead(405, { allow: 'GET, HEAD, POST' }).end();
    const nowMs = services.now().getTime();
    const kept = cache.find(url, nowMs);
    if (kept) return give(req, res, kept, nowMs);
    answer(url, requestInUrl(url), req, res).catch((error: unknown) => fail(req, res, error));
  };
}

function requestInUrl(url: string): Uint8Array | undefined {
  if (!url.startsWith(prefix) || url.length > maxUrlLength) return undefined;
  try {
    const text = decodeURIComponent(url.slice(prefix.length));
    return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
  } catch {
    return undefined;
  }
}

function send(req: IncomingMessage, res: ServerResponse, { der, etag, headers, nextUpdateMs }: CachedAnswer, nowMs: number): void {
  const maxAge = Math.max(0, Math.floor((nextUpdateMs - nowMs) / 1000));
  const lasting = [...headers, 'cache-control', `max-age=${maxAge}, public, no-transform, must-revalidate`];
  if (req.method !== 'POST' && req.headers['if-none-match'] === etag) return void res.writeHead(304, lasting).end();
  res.writeHead(200, ['content-type', mediaType, 'content-length', String(der.length), ...lasting]).end(der);
}

/** Errors and answers to a nonce are for one caller. */
function sendUncached(res: ServerResponse, der: Uint8Array): void {
  res.writeHead(200, ['content-type', mediaType, 'content-length', String(der.length), 'cache-control', 'no-store']).end(der);
}
