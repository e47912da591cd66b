import { isIP } from 'node:net';
import type { Config } from '../config.ts';
import { hostOf, isInNetworks, isPublicAddress } from '../outbound/reach.ts';

type Reach = Pick<Config, 'webhookNetworks'>;

/**
 * Whether a webhook may connect to an address: the public internet over https, and the configured networks over either.
 * Anything else would let whoever subscribes talk to the inside of our own network through us.
 */
export function mayConnect({ webhookNetworks }: Reach, address: string, secure: boolean): boolean {
  return isInNetworks(address, webhookNetworks) || (secure && isPublicAddress(address));
}

/** What is wrong with an address to deliver to, in words for the caller; undefined if nothing is. Its name is resolved later. */
export function findUrlFault(reach: Reach, text: string): string | undefined {
  if (text.length > 2000 || !URL.canParse(text)) return 'is not an address';
  const url = new URL(text);
  const secure = url.protocol === 'https:';
  if (!secure && (url.protocol !== 'http:' || reach.webhookNetworks.length === 0)) return 'must begin with https://';
  if (url.username !== '' || url.password !== '') return 'must hold no user name or password';
  if (url.hash !== '') return 'must hold no fragment';
  const host = hostOf(url);
  if (isIP(host) !== 0 && !mayConnect(reach, host, secure)) return 'is not reachable from here';
  return undefined;
}
