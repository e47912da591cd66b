import { randomBytes } from 'node:crypto';
import { buildTimestampRequest } from '../pki/timestamp/request.ts';
import { maxResponseBytes, parseTimestampResponse } from '../pki/timestamp/response.ts';
import { parseTimestampToken } from '../pki/timestamp/token.ts';

/**
 * Asks a timestamping authority for a token (RFC 3161 §3.4).
 * @param imprint the SHA-256 value to be stamped
 * @returns the token, which is over this imprint and carries the nonce sent
 * @throws Error in plain words if the authority cannot be reached, refuses, or answers something else
 */
export async function requestTimestamp(url: string, imprint: Uint8Array): Promise<Uint8Array> {
  const nonce = BigInt(`0x01${randomBytes(15).toString('hex')}`);
  const request = buildTimestampRequest({ imprint: { digest: 'sha256', value: imprint }, nonce, certReq: true });
  const answer = await fetch(url, {
    method: 'POST', body: Buffer.from(request), redirect: 'error', signal: AbortSignal.timeout(20_000),
    headers: { 'content-type': 'application/timestamp-query' },
  }).catch((error: unknown) => {
    throw new Error(`The timestamping authority at ${url} cannot be reached.`, { cause: error });
  });
  if (!answer.ok) throw new Error(`The timestamping authority at ${url} answered ${answer.status}.`);
  const body = new Uint8Array(await answer.arrayBuffer());
  if (body.length > maxResponseBytes) throw new Error('The answer of the timestamping authority is too large.');
  const { token, text, failInfo } = parseTimestampResponse(body);
  if (!token) throw new Error(`The timestamping authority refused: ${[...failInfo, ...text].join(', ') || 'no reason given'}.`);
  const { tstInfo } = parseTimestampToken(token);
  const same = tstInfo.imprint.digest === 'sha256' && Buffer.compare(tstInfo.imprint.value, imprint) === 0 && tstInfo.nonce === nonce;
  if (!same) throw new Error('The token of the timestamping authority is for something else.');
  return token;
}
