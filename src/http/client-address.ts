import { BlockList, isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { Config } from '../config.ts';

const lists = new WeakMap<readonly string[], BlockList>();

/**
 * Where a call comes from: the socket, or, where that is a proxy of ours, the last address in X-Forwarded-For that no proxy of
 * ours has. What stands before it could be written by anybody.
 */
export function clientAddress(req: Pick<IncomingMessage, 'socket' | 'headers'>, { trustedProxies }: Pick<Config, 'trustedProxies'>): string {
  const forwarded = String(req.headers['x-forwarded-for'] ?? '').slice(0, 2_000).split(',').map((one) => one.trim()).toReversed();
  let address = peerAddress(req);
  for (const next of forwarded) {
    if (!isInNetworks(address, trustedProxies) || isIP(next) === 0) break;
    address = plain(next);
  }
  return address;
}

/** The other end of the connection itself, whatever any header says. */
export const peerAddress = ({ socket }: Pick<IncomingMessage, 'socket'>): string => plain(socket.remoteAddress ?? '');

/** Whether an address lies in one of the networks (CIDR). */
export function isInNetworks(address: string, networks: readonly string[]): boolean {
  const version = isIP(address);
  return version !== 0 && listOf(networks).check(address, version === 6 ? 'ipv6' : 'ipv4');
}

function listOf(networks: readonly string[]): BlockList {
  let list = lists.get(networks);
  if (!list) {
    list = new BlockList();
    for (const network of networks) {
      const [address = '', bits = ''] = network.split('/');
      list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
    }
    lists.set(networks, list);
  }
  return list;
}

/** An IPv4 address as itself, also where the socket speaks IPv6. */
const plain = (address: string): string => address.replace(/^::ffff:(?=[\d.]+$)/i, '');
