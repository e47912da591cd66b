import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';

interface Asset { contentType: string; body: Buffer }

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

function loadAssets(): ReadonlyMap<string, Asset> {
  const asset = (contentType: string, text: string): Asset => ({ contentType: `${contentType}; charset=utf-8`, body: Buffer.from(text) });
  return new Map([
    ['/assets/page.css', asset('text/css', read('./page.css'))],
    ['/assets/mark.svg', asset('image/svg+xml', read('./mark.svg'))],
    ['/assets/verify.js', asset('text/javascript', stripTypeScriptTypes(read('../verify/verify.browser.ts'), { mode: 'strip' }))],
  ]);
}

/** The few files the pages need, read once; there is no path from an address to the disk. */
export function createAssetHandler(): (req: IncomingMessage, res: ServerResponse) => void {
  const assets = loadAssets();
  return (req, res) => {
    const found = assets.get((req.url ?? '').split('?')[0]!);
    res.setHeader('X-Content-Type-Options', 'nosniff');
    if (!found || (req.method !== 'GET' && req.method !== 'HEAD')) {
      res.writeHead(found ? 405 : 404, { 'Content-Length': 0, ...(found ? { Allow: 'GET, HEAD' } : {}) }).end();
      return;
    }
    res.writeHead(200, { 'Content-Type': found.contentType, 'Content-Length': found.body.length, 'Cache-Control': 'public, max-age=3600' });
    res.end(req.method === 'HEAD' ? undefined : found.body);
  };
}
