import { isIP } from 'node:net';
import type { Config } from '../config.ts';
import { hostOf, isInNetworks, isPublicAddress } from '../outbound/reach.ts';

export type EvidenceReach = Pick<Config, 'evidenceHosts' | 'evidenceNetworks'>;

/** Whether evidence may be fetched from an address: the public internet, and the configured networks. */
export function mayFetchFrom({ evidenceNetworks }: EvidenceReach, address: string): boolean {
  return isPublicAddress(address) || isInNetworks(address, evidenceNetworks);
}

/**
 * Whether this address may be asked at all: http or https, a host of the list at a port of the list. What stands in a
 * certificate was written by strangers; the list is what keeps it from steering us anywhere.
 */
export function isAllowedUrl(reach: EvidenceReach, text: string): boolean {
  if (text.length > 2000 || !URL.canParse(text)) return false;
  const url = new URL(text);
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.username !== '' || url.password !== '') return false;
  const host = hostOf(url);
  if (isIP(host) !== 0 && !mayFetchFrom(reach, host)) return false;
  return reach.evidenceHosts.some((entry) => matches(entry, host, url));
}

/** An entry without a port means the ports of http and https; `*.` any name below. */
function matches(entry: string, host: string, { port, protocol }: URL): boolean {
  const [name = '', ofEntry = ''] = entry.split(':');
  if (ofEntry === '' ? port !== '' : ofEntry !== (port || (protocol === 'https:' ? '443' : '80'))) return false;
  return name.startsWith('*.') ? host.endsWith(name.slice(1)) && host.length > name.length - 1 : host === name;
}

export type AddressKind = 'ca-issuers' | 'crl' | 'ocsp';

/** Where an issuer is really found: addresses that begin with `prefix` begin with `replacement` instead; an empty prefix adds one. */
export interface AddressOverride { kind: AddressKind; issuerName: Uint8Array | null; prefix: string; replacement: string }

/**
 * The addresses to try for an issuer, in order: its overrides come before what its certificates name.
 * @param issuerName DER of the issuer's subject
 */
export function addressesFor(kind: AddressKind, issuerName: Uint8Array, named: readonly string[], overrides: readonly AddressOverride[]): string[] {
  const ours = overrides.filter((each) => each.kind === kind && (each.issuerName === null || Buffer.compare(each.issuerName, issuerName) === 0));
  const rewritten = named.flatMap((url) => {
    const override = ours.find(({ prefix }) => prefix !== '' && url.startsWith(prefix));
    return override ? [override.replacement + url.slice(override.prefix.length)] : [];
  });
  const added = ours.flatMap(({ prefix, replacement }) => (prefix === '' ? [replacement] : []));
  return [...new Set([...rewritten, ...added, ...named])].slice(0, maxAddresses);
}

/** A certificate with more addresses than these is not helped by the rest. */
const maxAddresses = 4;
