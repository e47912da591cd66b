import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Config } from '../config.ts';
import { Problem } from '../problems.ts';

// A refused body is read to nowhere for a while, for a client that is still sending would otherwise meet a
// reset connection and never see the answer. Beyond these bounds it is cut off.
const drainMs = 10_000;
const drainBytes = 134_217_728;

/** Timeouts and sizes of the server itself, against clients that send slowly or without end. */
export function limitServer(server: HttpServer | HttpsServer, config: Pick<Config, 'requestTimeoutSeconds'>): void {
  server.headersTimeout = 15_000;
  server.requestTimeout = config.requestTimeoutSeconds * 1000;
  server.keepAliveTimeout = 65_000;
  server.maxHeadersCount = 100;
}

/** @throws Problem `too-large` before a byte is read, where the declared length says so */
export function requireLength(req: IncomingMessage, maxBytes: number): void {
  const declared = Number(req.headers['content-length'] ?? 0);
  if (declared > maxBytes) throw new Problem('too-large', { maxBytes });
}

/** After an answer that came before the body's end: take the rest within bounds, then close. */
export function drainAfter(req: IncomingMessage, res: ServerResponse): void {
  if (req.complete) return;
  const cut = (): void => void req.socket.destroy();
  const timer = setTimeout(cut, drainMs).unref();
  let left = drainBytes;
  req.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) cut();
  });
  req.once('close', () => clearTimeout(timer));
  res.once('close', () => req.complete && clearTimeout(timer));
  req.resume();
}

/**
 * The whole body of a request that skips Express.
 * @throws Problem `too-large` at once when the limit is passed, `malformed-request` if it breaks off
 */
export async function readBody(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  requireLength(req, maxBytes);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = (act: () => void): void => {
      req.off('data', onData).off('end', onEnd).off('error', onError).off('close', onError);
      act();
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > maxBytes) done(() => reject(new Problem('too-large', { maxBytes })));
      else chunks.push(chunk);
    };
    const onEnd = (): void => done(() => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    const onError = (): void => done(() => reject(new Problem('malformed-request', { reason: 'the body broke off' })));
    req.on('data', onData).on('end', onEnd).on('error', onError).on('close', onError);
  });
}
