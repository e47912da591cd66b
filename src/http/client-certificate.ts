import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Config } from '../config.ts';
import { isInNetworks, peerAddress } from './client-address.ts';

/**
 * The certificate whose key the caller has proved to hold, in a TLS handshake with us or with a proxy of ours; `refused` says in
 * English, for the audit, why what came counts for nothing. Undefined where none was shown.
 */
export type ClientCertificate = { der: Uint8Array } | { refused: string } | undefined;

type Settings = Pick<Config, 'clientCertificateProxies' | 'trustedProxies' | 'tls'>;

/** Whether a client certificate can reach us at all: by TLS of our own, or through a proxy that hands it on. */
export const takesClientCertificates = ({ tls, clientCertificateProxies }: Settings): boolean => tls !== undefined || clientCertificateProxies.length > 0;

/**
 * Reads the client certificate of a call. The Client-Cert header (RFC 9440) counts from the proxies named for it alone, known by
 * the connection and never by what X-Forwarded-For says; from anybody else it is refused. The TLS certificate of a proxy is its own
 * and never that of the person behind it.
 */
export function readClientCertificate(req: Pick<IncomingMessage, 'socket' | 'headers'>, config: Settings): ClientCertificate {
  const header = req.headers['client-cert'];
  const peer = peerAddress(req);
  if (isInNetworks(peer, config.clientCertificateProxies)) return header === undefined ? undefined : parseClientCert(String(header));
  if (header !== undefined) return { refused: `Client-Cert header from ${peer}, which is no proxy for client certificates` };
  return isInNetworks(peer, config.trustedProxies) ? undefined : ofSocket(req.socket);
}

// A certificate of 12 KB fits; node:http takes 16 KB of headers in all.
const mostCharacters = 16_384;

/** A byte sequence as RFC 8941 §3.3.5 writes it, without parameters; an empty header is what some proxies write where nothing was shown. */
function parseClientCert(header: string): ClientCertificate {
  if (header === '') return undefined;
  const [, base64] = /^:([A-Za-z0-9+/]*={0,2}):$/.exec(header.length <= mostCharacters ? header : '') ?? [];
  if (base64 === '') return undefined;
  const der = Buffer.from(base64 ?? '', 'base64');
  if (base64 === undefined || der.toString('base64') !== base64) return { refused: 'malformed Client-Cert header' };
  return { der };
}

function ofSocket(socket: IncomingMessage['socket']): ClientCertificate {
  const der = socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.raw : undefined;
  return der && { der };
}
