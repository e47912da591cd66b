import { lookup as resolveName, type LookupAddress } from 'node:dns';
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Config } from '../config.ts';
import { findUrlFault, hostOf, mayConnect } from './url.ts';

/** An answer, or why there is none; `status` undefined: nothing was answered. */
export interface PostOutcome { status: number | undefined; error: string | undefined }

const timeoutMs = 10_000;
const maxAnswerBytes = 65_536;

/**
 * Posts a body once: no redirects are followed, no proxy is used, a fresh connection each time, ten seconds for all of it,
 * and of the answer nothing but its status is read. The address is judged again when the name is resolved, for the answer
 * of the name server may have changed since the subscription.
 */
export async function postOnce(config: Pick<Config, 'webhookNetworks'>, target: string, headers: Record<string, string>, body: Buffer): Promise<PostOutcome> {
  const fault = findUrlFault(config, target);
  if (fault !== undefined) return { status: undefined, error: `the address ${fault}` };
  const url = new URL(target);
  const secure = url.protocol === 'https:';
  const options: RequestOptions = {
    method: 'POST', agent: false, signal: AbortSignal.timeout(timeoutMs), maxHeaderSize: 16_384, lookup: lookupWithin(config, secure),
    headers: { ...headers, 'Content-Length': body.length, 'User-Agent': 'antin' },
  };
  try {
    const answer = await new Promise<IncomingMessage>((done, failed) => {
      (secure ? requestHttps : requestHttp)(url, options, done).once('error', failed).end(body);
    });
    await drain(answer);
    const status = answer.statusCode ?? 0;
    return { status, error: status >= 200 && status < 300 ? undefined : `answered ${status}` };
  } catch (error) {
    return { status: undefined, error: describe(error, hostOf(url)) };
  }
}

/** A name is good only if all it leads to is. An address in the URL itself was judged before. */
function lookupWithin(config: Pick<Config, 'webhookNetworks'>, secure: boolean): LookupFunction {
  return (hostname, options, done) => {
    resolveName(hostname, { all: true, verbatim: true }, (error, found: LookupAddress[]) => {
      const [first] = found ?? [];
      const allowed = first && found.every(({ address }) => mayConnect(config, address, secure));
      if (error || !first) done(error ?? new Error('the name leads nowhere'), '', 0);
      else if (!allowed) done(new Error('the name leads to an address that is not allowed'), '', 0);
      else if (options.all) done(null, found);
      else done(null, first.address, first.family);
    });
  };
}

/** Lets the receiver finish its answer, within bounds. */
async function drain(answer: IncomingMessage): Promise<void> {
  let left = maxAnswerBytes;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    left -= chunk.length;
    if (left < 0) break;
  }
}

function describe(error: unknown, host: string): string {
  const name = error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : error instanceof Error ? error.message : String(error);
  return `${isIP(host) === 0 ? host : 'the address'}: ${name.replaceAll(/[\p{Cc}\p{Cs}]+/gu, ' ')}`.slice(0, 500);
}
