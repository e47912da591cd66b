import { lookup as resolveName, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

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

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Whether an address is of the public internet: not private, loopback, link-local or otherwise special (IANA registries). */
export function isPublicAddress(address: string): boolean {
  return isIP(address) !== 0 && !special[familyOf(address)].check(address, familyOf(address));
}

/** Whether an address lies in one of the networks (CIDR). */
export function isInNetworks(address: string, networks: readonly string[]): boolean {
  return isIP(address) !== 0 && listOf(networks).check(address, familyOf(address));
}

/** The host as a name or an address without brackets. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

/**
 * Name resolution for one connection: the address it answers is the one that is connected to, so what was judged cannot be
 * exchanged for another (DNS rebinding). A name is good only if all it leads to is. An address in the URL itself is not
 * resolved: its caller judges it.
 */
export function lookupAllowed(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, done) => {
    resolveName(hostname, { all: true, verbatim: true }, (error, found: LookupAddress[]) => {
      const [first] = found ?? [];
      const allowed = first && found.every(({ address }) => isAllowed(address));
      if (error || !first) done(error ?? new Error('the name leads nowhere'), '', 0);
      else if (!allowed) done(new ForbiddenAddress(), '', 0);
      else if (options.all) done(null, found);
      else done(null, first.address, first.family);
    });
  };
}

/** A name leads to an address that must not be connected to. */
export class ForbiddenAddress extends Error {
  constructor() {
    super('the name leads to an address that is not allowed');
    this.name = 'ForbiddenAddress';
  }
}
