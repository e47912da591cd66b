import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);

// Smaller ones fit one packet as they are.
const compressFromBytes = 1_400;
// On pages of this size level 5 costs a millisecond and leaves a tenth more than the best.
const brotliQuality = 5;

export type Coding = 'br' | 'gzip' | 'identity';

/** The content coding an answer may have (RFC 9110 §12.5.3). */
export function chooseCoding(req: Pick<IncomingMessage, 'headers'>): Coding {
  const accepted = String(req.headers['accept-encoding'] ?? '').toLowerCase().split(',').map((one) => one.trim())
    .filter((one) => !/;\s*q=0(?:\.0*)?$/.test(one)).map((one) => one.split(';')[0]);
  return accepted.includes('br') ? 'br' : accepted.includes('gzip') ? 'gzip' : 'identity';
}

/** Compresses at the best level, for what is prepared once and sent often. */
export async function compressOnce(bytes: Buffer): Promise<{ br: Buffer; gzip: Buffer }> {
  const [br, zipped] = await Promise.all([
    compressBrotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
    compressGzip(bytes, { level: constants.Z_BEST_COMPRESSION }),
  ]);
  return { br, gzip: zipped };
}

/** Sends a page, compressed where the browser takes that. */
export async function sendHtml(req: IncomingMessage, res: ServerResponse, status: number, page: string): Promise<void> {
  const bytes = Buffer.from(page);
  const coding = bytes.length < compressFromBytes ? 'identity' : chooseCoding(req);
  const body = coding === 'br' ? await compressBrotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } })
    : coding === 'gzip' ? await compressGzip(bytes) : bytes;
  if (coding !== 'identity') res.setHeader('Content-Encoding', coding);
  res.setHeader('Vary', 'Accept-Encoding, Cookie');
  res.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': body.length });
  res.end(req.method === 'HEAD' ? undefined : body);
}
