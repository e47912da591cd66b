import type { IncomingMessage } from 'node:http';
import { clientAddress } from '../../../src/http/client-address.ts';

const config = { trustedProxies: ['10.0.0.0/8', 'fd00::/8'] };
const from = (socket: string, forwarded?: string): string => clientAddress(
  { socket: { remoteAddress: socket }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } } as unknown as IncomingMessage, config);

test.each([
  ['without a proxy it is the socket', '203.0.113.5', undefined, '203.0.113.5'],
  ['what a stranger claims is not believed', '203.0.113.5', '192.0.2.1', '203.0.113.5'],
  ['a proxy of ours names its caller', '10.1.2.3', '192.0.2.1', '192.0.2.1'],
  ['the last address that is not ours counts, not what the caller wrote before it', '10.1.2.3', '198.51.100.9, 192.0.2.1, 10.9.9.9', '192.0.2.1'],
  ['an IPv4 address in an IPv6 socket is the same address', '::ffff:10.1.2.3', '192.0.2.1', '192.0.2.1'],
  ['IPv6', 'fd00::1', '2001:db8::7', '2001:db8::7'],
  ['what is no address ends the search', '10.1.2.3', 'unknown', '10.1.2.3'],
])('%s', (_rule, socket, forwarded, expected) => {
  expect(from(socket, forwarded)).toBe(expected);
});
