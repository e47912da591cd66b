import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { Config } from '../config.ts';
import { hostOf, lookupAllowed } from '../outbound/reach.ts';
import { findUrlFault, mayConnect } from './url.ts';
import { fieldWords } from '../field-mistakes.ts';

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
  if (fault !== undefined) return { status: undefined, error: fieldWords(fault).en };
  const url = new URL(target);
  const secure = url.protocol === 'https:';
  const options: RequestOptions = {
    method: 'POST', agent: false, signal: AbortSignal.timeout(timeoutMs), maxHeaderSize: 16_384, lookup: lookupAllowed((address) => mayConnect(config, address, secure)),
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
