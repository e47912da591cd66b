import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Logger } from 'pino';
import type { TlsConfig } from '../config.ts';

// A certificate that was renewed, or a new authority of ours, is taken up without a restart.
const readAgainMs = 10 * 60_000;

export interface TlsParts {
  tls: TlsConfig;
  /** our own CA certificates as PEM: browsers offer people the certificates of these authorities alone (RFC 8446 §4.2.4) */
  acceptable: () => Promise<readonly string[]>;
  log: Logger;
}

/**
 * A TLS server that asks for a client certificate and lets everybody in without one. The handshake proves that the client holds
 * the key; whether the certificate counts is judged where somebody signs in with it. Files are read anew every ten minutes.
 * @throws Error where a file cannot be read or used
 */
export async function createTlsServer(listener: RequestListener, parts: TlsParts): Promise<Server> {
  const server = createServer({ ...(await readContext(parts)), requestCert: true, rejectUnauthorized: false }, listener);
  const timer = setInterval(() => {
    readContext(parts).then((context) => server.setSecureContext(context))
      .catch((error: unknown) => parts.log.error({ err: error }, 'the TLS certificate could not be read anew; the one before stays in use'));
  }, readAgainMs).unref();
  server.once('close', () => clearInterval(timer));
  return server;
}

async function readContext({ tls, acceptable }: TlsParts): Promise<{ cert: Buffer; key: Buffer; ca: string[]; minVersion: 'TLSv1.2' }> {
  const [cert, key, ca] = await Promise.all([readFile(tls.certificateFile), readFile(tls.keyFile), acceptable()]);
  return { cert, key, ca: [...ca], minVersion: 'TLSv1.2' };
}
