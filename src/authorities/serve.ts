import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { toPem } from '../../pki/keys/pem.ts';
import { listIssuers } from '../certificates/issuer.ts';
import type { Services } from '../services.ts';

const path = /^\/ca\/([a-z][a-z0-9-]{1,50})\.(cer|pem)(?:\?|$)/;
const maxAgeSeconds = 86_400;
/** A stranger's unknown names may make us look for new generations this often and no more. */
const lookAgainMs = 1_000;

/** GET /ca/{generation}.cer: a CA's certificate for caIssuers (RFC 5280 §4.2.2.1, RFC 2585 §4.2); `.pem` for people. It never changes. */
export function createCaHandler(services: Services): (req: IncomingMessage, res: ServerResponse) => void {
  let known = new Map<string, Uint8Array>();
  let readAt = Number.NEGATIVE_INFINITY;

  async function find(label: string): Promise<Uint8Array | undefined> {
    const at = performance.now();
    if (!known.has(label) && at - readAt >= lookAgainMs) {
      known = new Map((await listIssuers(services)).map((issuer) => [issuer.label, issuer.certificate.der]));
      readAt = at;
    }
    return known.get(label);
  }

  return (req, res) => {
    const [, label, form] = path.exec(req.url ?? '') ?? [];
    if (req.method !== 'GET' && req.method !== 'HEAD') return void res.writeHead(405, { allow: 'GET, HEAD' }).end();
    if (label === undefined) return void res.writeHead(404).end();
    find(label).then(
      (der) => (der ? send(req, res, form === 'pem' ? pemOf(der) : { type: 'application/pkix-cert', body: der }) : void res.writeHead(404).end()),
      (error: unknown) => {
        services.log.error({ err: error, label }, 'the CA certificate could not be read');
        res.writeHead(503, { 'retry-after': '5' }).end();
      },
    );
  };
}

const pemOf = (der: Uint8Array): Answer => ({ type: 'application/x-pem-file', body: Buffer.from(toPem('CERTIFICATE', der)) });

interface Answer { type: string; body: Uint8Array }

function send(req: IncomingMessage, res: ServerResponse, { type, body }: Answer): void {
  const etag = `"${hash('sha256', body, 'hex').slice(0, 32)}"`;
  const lasting = ['etag', etag, 'cache-control', `max-age=${maxAgeSeconds}, public, no-transform`];
  if (req.headers['if-none-match'] === etag) return void res.writeHead(304, lasting).end();
  res.writeHead(200, ['content-type', type, 'content-length', String(body.length), ...lasting]).end(body);
}
