import { BlockList, isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { Config } from '../config.ts';

const lists = new WeakMap<Pick<Config, 'trustedProxies'>, BlockList>();

/**
 * Where a call comes from: the socket, or, where that is a proxy of ours, the last address in X-Forwarded-For that no proxy of
 * ours has. What stands before it could be written by anybody.
 */
export function clientAddress(req: Pick<IncomingMessage, 'socket' | 'headers'>, config: Pick<Config, 'trustedProxies'>): string {
  const forwarded = String(req.headers['x-forwarded-for'] ?? '').slice(0, 2_000).split(',').map((one) => one.trim()).toReversed();
  let address = plain(req.socket.remoteAddress ?? '');
  for (const next of forwarded) {
    if (!isTrusted(address, config) || isIP(next) === 0) break;
    address = plain(next);
  }
  return address;
}

/** Whether an address is one of our proxies. */
export function isTrusted(address: string, config: Pick<Config, 'trustedProxies'>): boolean {
  const version = isIP(address);
  return version !== 0 && listOf(config).check(address, version === 6 ? 'ipv6' : 'ipv4');
}

function listOf(config: Pick<Config, 'trustedProxies'>): BlockList {
  let list = lists.get(config);
  if (!list) {
    list = new BlockList();
    for (const network of config.trustedProxies) {
      const [address = '', bits = ''] = network.split('/');
      list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
    }
    lists.set(config, list);
  }
  return list;
}

/** An IPv4 address as itself, also where the socket speaks IPv6. */
const plain = (address: string): string => address.replace(/^::ffff:(?=[\d.]+$)/i, '');
