import { oids } from '../asn1/oids.ts';
import { hexOf } from '../asn1/values.ts';
import type { Name, NameAttribute } from './parse.ts';

/** Short names of RFC 4514 §3 and those that people know; every other type is printed by its number. */
const shortNames: Readonly<Record<string, string>> = {
  [oids.commonName]: 'CN',
  [oids.localityName]: 'L',
  [oids.stateOrProvinceName]: 'ST',
  [oids.organizationName]: 'O',
  [oids.organizationalUnitName]: 'OU',
  [oids.countryName]: 'C',
  [oids.streetAddress]: 'STREET',
  [oids.domainComponent]: 'DC',
  [oids.userId]: 'UID',
  [oids.emailAddress]: 'E',
  [oids.serialNumber]: 'SERIALNUMBER',
  [oids.title]: 'T',
  [oids.organizationIdentifier]: 'organizationIdentifier',
};

/** The name as a string, most specific part first (RFC 4514 §2). For people and logs; never for comparing. */
export function printName(name: Name): string {
  return name.rdns.toReversed().map((rdn) => rdn.map(printAttribute).join('+')).join(',');
}

/**
 * A printed name as people say it: whose it is, then from the own unit up to the organisation; what only machines need is left
 * out. A name without a common name stays as it was printed.
 */
export function sayName(printed: string): string {
  const parts = (printed.match(/(?:\\.|[^\\,+])+/gs) ?? []).map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1).replaceAll(/\\([\\"+,;<># ])/g, '$1')] as const);
  const valuesOf = (type: string): string[] => parts.flatMap(([one, value]) => (one === type ? [value] : []));
  const names = valuesOf('CN');
  return names.length === 0 ? printed : [...names, ...valuesOf('OU'), ...valuesOf('O')].join(', ');
}

function printAttribute({ oid, value, der }: NameAttribute): string {
  const short = shortNames[oid];
  // RFC 4514 §2.4: a type without a name has its value in hex
  if (short === undefined || (value === '' && (der[1] ?? 0) > 0)) return `${short ?? oid}=#${hexOf(der)}`;
  return `${short}=${escape(value)}`;
}

const special = /^[ #]|[\\"+,;<>\p{Cc}]| $/u;

function escape(value: string): string {
  return !special.test(value) ? value : value
    .replaceAll(/[\\"+,;<>]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ')
    // control characters would break a line of a log: each octet as hex (§2.4)
    .replaceAll(/\p{Cc}/gu, (c) => [...Buffer.from(c)].map((octet) => `\\${octet.toString(16).padStart(2, '0')}`).join(''));
}
