import { BlockList, isIP } from 'node:net';
import type { Config } from '../config.ts';

type Reach = Pick<Config, 'webhookNetworks'>;

// Every IPv4 block of the IANA special-purpose registry that is not globally reachable, with multicast and what lies above.
const specialV4 = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24',
  '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3',
];
// Of IPv6 only global unicast is public, and in it not what tunnels to IPv4 or is for documentation.
const specialV6 = ['::/3', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '4000::/2', '8000::/1'];
// apart: node compares an IPv4 address with IPv6 networks as if it were mapped into ::/96
const special = { ipv4: listOf(specialV4), ipv6: listOf(specialV6) };

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/**
 * Whether a webhook may connect to an address: the public internet over https, and the configured networks over either.
 * Anything else would let whoever subscribes talk to the inside of our own network through us.
 */
export function mayConnect({ webhookNetworks }: Reach, address: string, secure: boolean): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(address) === 0) return false;
  if (listOf(webhookNetworks).check(address, family)) return true;
  return secure && !special[family].check(address, family);
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

/** The host as a name or an address without brackets. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');
