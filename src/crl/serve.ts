import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Services } from '../services.ts';
import { findLatestByLabel } from './store.ts';

interface Served { der: Uint8Array; etag: string; headers: readonly string[]; nextUpdateMs: number }

/** A CRL can be followed by one out of turn; no cache should hold it longer than this. */
const maxAgeSeconds = 3_600;
const path = /^\/crl\/([a-z][a-z0-9-]{1,50})\.crl(?:\?|$)/;

/**
 * GET /crl/{generation}.crl (RFC 2585 §4.2). The newest list of each generation is kept until a notice says that there is
 * another; while notices may be missed the database is read every time.
 */
export function createCrlHandler(services: Services): (req: IncomingMessage, res: ServerResponse) => void {
  const { notices, log } = services;
  const kept = new Map<string, Served>();
  let listening = false;
  let epoch = 0;
  const changed = (label?: string): void => {
    epoch++;
    if (label === undefined) kept.clear();
    else kept.delete(label);
  };
  notices.listen('crl_published', changed, () => changed()).then(() => { listening = true; }).catch((error: unknown) => log.warn({ err: error }, 'CRLs are not cached'));

  async function find(label: string): Promise<Served | undefined> {
    const before = epoch;
    const row = await findLatestByLabel(services.db, label);
    if (!row) return undefined;
    const { der, thisUpdate, nextUpdate, number } = row;
    const etag = `"${number}-${hash('sha256', der, 'hex').slice(0, 16)}"`;
    const headers = ['etag', etag, 'last-modified', thisUpdate.toUTCString(), 'expires', nextUpdate.toUTCString()];
    const served = { der, etag, headers, nextUpdateMs: nextUpdate.getTime() };
    if (listening && notices.live && before === epoch) kept.set(label, served);
    return served;
  }

  return (req, res) => {
    const label = path.exec(req.url ?? '')?.[1];
    if (req.method !== 'GET' && req.method !== 'HEAD') return void res.writeHead(405, { allow: 'GET, HEAD' }).end();
    if (label === undefined) return void res.writeHead(404).end();
    const nowMs = services.now().getTime();
    const served = notices.live ? kept.get(label) : undefined;
    if (served) return send(req, res, served, nowMs);
    find(label).then(
      (found) => (found ? send(req, res, found, nowMs) : void res.writeHead(404).end()),
      (error: unknown) => {
        log.error({ err: error, label }, 'the CRL could not be read');
        res.writeHead(503, { 'retry-after': '5' }).end();
      },
    );
  };
}

function send(req: IncomingMessage, res: ServerResponse, { der, etag, headers, nextUpdateMs }: Served, nowMs: number): void {
  const maxAge = Math.max(0, Math.min(maxAgeSeconds, Math.floor((nextUpdateMs - nowMs) / 1000)));
  const lasting = [...headers, 'cache-control', `max-age=${maxAge}, public, no-transform, must-revalidate`];
  if (req.headers['if-none-match'] === etag) return void res.writeHead(304, lasting).end();
  res.writeHead(200, ['content-type', 'application/pkix-crl', 'content-length', String(der.length), ...lasting]).end(der);
}
