import { isIP } from 'node:net';
import type { Config } from '../config.ts';
import { hostOf, isInNetworks, isPublicAddress } from '../outbound/reach.ts';
import { type FieldMistakeCode } from '../field-mistakes.ts';

type Reach = Pick<Config, 'webhookNetworks'>;

/**
 * Whether a webhook may connect to an address: the public internet over https, and the configured networks over either.
 * Anything else would let whoever subscribes talk to the inside of our own network through us.
 */
export function mayConnect({ webhookNetworks }: Reach, address: string, secure: boolean): boolean {
  return isInNetworks(address, webhookNetworks) || (secure && isPublicAddress(address));
}

/** What is wrong with an address to deliver to, undefined if nothing is. Its name is resolved later. */
export function findUrlFault(reach: Reach, text: string): FieldMistakeCode | undefined {
  if (text.length > 2000 || !URL.canParse(text)) return 'url-form';
  const url = new URL(text);
  const secure = url.protocol === 'https:';
  if (!secure && (url.protocol !== 'http:' || reach.webhookNetworks.length === 0)) return 'url-https';
  if (url.username !== '' || url.password !== '') return 'url-credentials';
  if (url.hash !== '') return 'url-fragment';
  const host = hostOf(url);
  if (isIP(host) !== 0 && !mayConnect(reach, host, secure)) return 'url-unreachable';
  return undefined;
}
