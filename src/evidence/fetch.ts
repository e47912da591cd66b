import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { ForbiddenAddress, lookupAllowed } from '../outbound/reach.ts';
import { isAllowedUrl, mayFetchFrom, type AddressKind, type EvidenceReach } from './address.ts';

/** Trusted lists come from where they say themselves, not from where certificates say. */
export type FetchKind = AddressKind | 'trust-list';

/** What is asked: a GET, or with a body a POST of that type (RFC 6960 appendix A). */
export interface Question { kind: AddressKind; url: string; body?: Uint8Array }

export type FetchFailure =
  | 'address-not-allowed' | 'unreachable' | 'too-slow' | 'too-large' | 'redirected' | 'refused' | 'wrong-content' | 'busy';

export type Fetched = { bytes: Uint8Array } | { failure: FetchFailure };

export interface FetchLimits { maxBytes: number; timeoutMs: number }

/** A national CA's list of 400,000 entries has some 15 MB; OCSP answers are bounded where they are parsed. */
export const fetchLimits: Readonly<Record<FetchKind, FetchLimits>> = {
  'ca-issuers': { maxBytes: 262_144, timeoutMs: 4_000 },
  ocsp: { maxBytes: 262_144, timeoutMs: 4_000 },
  crl: { maxBytes: 20_971_520, timeoutMs: 8_000 },
  // uploads of lists end there too; the longest national one is a third of it, and nobody waits for it
  'trust-list': { maxBytes: 33_554_432, timeoutMs: 60_000 },
};

const accepts: Readonly<Record<FetchKind, string>> = {
  'trust-list': 'application/vnd.etsi.tsl+xml, application/xml;q=0.9, */*;q=0.1',
  'ca-issuers': 'application/pkix-cert, application/pkcs7-mime;q=0.9, */*;q=0.1', ocsp: 'application/ocsp-response', crl: 'application/pkix-crl, */*;q=0.1',
};

/**
 * Asks once: no redirect is followed, no proxy and no kept connection used, nothing unpacked, and the time is for all of it
 * from the name to the last octet. Whatever goes wrong is an answer too; nothing is thrown.
 */
export async function fetchOnce(reach: EvidenceReach, question: Omit<Question, 'kind'> & { kind: FetchKind }, limits: FetchLimits = fetchLimits[question.kind]): Promise<Fetched> {
  const { kind, url, body } = question;
  if (!isAllowedUrl(reach, url)) return { failure: 'address-not-allowed' };
  const signal = AbortSignal.timeout(limits.timeoutMs);
  const options: RequestOptions = {
    method: body ? 'POST' : 'GET', agent: false, signal, maxHeaderSize: 16_384,
    lookup: lookupAllowed((address) => mayFetchFrom(reach, address)),
    headers: {
      Accept: accepts[kind], 'Accept-Encoding': 'identity', 'User-Agent': 'antin',
      ...(body ? { 'Content-Type': 'application/ocsp-request', 'Content-Length': body.length } : {}),
    },
  };
  try {
    const answer = await new Promise<IncomingMessage>((done, failed) => {
      (url.startsWith('https:') ? requestHttps : requestHttp)(url, options, done).once('error', failed).end(body);
    });
    const failure = refusalOf(answer, limits);
    if (!failure) return await readWithin(answer, limits);
    answer.destroy();
    return { failure };
  } catch (error) {
    if (error instanceof ForbiddenAddress) return { failure: 'address-not-allowed' };
    return { failure: signal.aborted ? 'too-slow' : 'unreachable' };
  }
}

function refusalOf({ statusCode = 0, headers }: IncomingMessage, { maxBytes }: FetchLimits): FetchFailure | undefined {
  if (statusCode >= 300 && statusCode < 400) return 'redirected';
  if (statusCode !== 200) return 'refused';
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') return 'wrong-content';
  return Number(headers['content-length'] ?? 0) > maxBytes ? 'too-large' : undefined;
}

async function readWithin(answer: IncomingMessage, { maxBytes }: FetchLimits): Promise<Fetched> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    // leaving the loop closes the connection
    if (size > maxBytes) return { failure: 'too-large' };
    chunks.push(chunk);
  }
  return { bytes: Buffer.concat(chunks) };
}
