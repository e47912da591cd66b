import { DerReader } from '../asn1/der-reader.ts';
import { oids } from '../asn1/oids.ts';
import { textOf } from '../asn1/text.ts';
import { tags } from '../asn1/tags.ts';
import type { NameConstraints } from '../certificate/general-name.ts';
import type { Certificate, GeneralName } from '../certificate/parse.ts';
import { PkiError } from '../error.ts';
import { normalizedRdns } from '../name/compare.ts';
import type { Name } from '../name/parse.ts';
import type { Work } from './work.ts';

const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i;

/** A name in preferred name syntax (RFC 1034 §3.5, underscores as found), at most 253 octets. @param wildcard allow `*.` in front */
function isDnsName(name: string, wildcard: boolean): boolean {
  const rest = wildcard && name.startsWith('*.') ? name.slice(2) : name;
  return rest.length <= 253 && rest.split('.').every((part) => label.test(part));
}

/** A dNSName in lower case, or null if it is none; looked up because one name meets thousands of constraints. */
interface Host { host: string; wildcard: boolean; leadingDot: boolean }
const hosts = new WeakMap<GeneralName, Host | null>();

function hostOf(name: Extract<GeneralName, { value: string }>): Host | null {
  let known = hosts.get(name);
  if (known === undefined) {
    const text = name.value.toLowerCase();
    const wildcard = text.startsWith('*.');
    const leadingDot = text.startsWith('.');
    const host = wildcard ? text.slice(2) : leadingDot ? text.slice(1) : text;
    known = isDnsName(host, false) ? { host, wildcard, leadingDot } : null;
    hosts.set(name, known);
  }
  return known;
}

/** `undefined`: the name or the constraint is not one we can judge, so it must be refused (RFC 5280 §4.2.1.10). */
export type Containment = 'inside' | 'outside' | 'partly' | undefined;

/**
 * Where a name lies relative to one subtree of the same type, by the rules of RFC 5280 §4.2.1.10.
 * `partly` is a wildcard some of whose names are inside: not enough to be permitted, enough to be excluded.
 */
export function containmentIn(name: GeneralName, base: GeneralName, leadingDot = false): Containment {
  if (name.type === 'dNSName' && base.type === 'dNSName') return dnsContainment(name as DnsName, base as DnsName, leadingDot);
  if (name.type === 'rfc822Name' && base.type === 'rfc822Name') return emailContainment(name.value, base.value);
  if (name.type === 'uniformResourceIdentifier' && base.type === name.type) return uriContainment(name.value, base.value);
  if (name.type === 'iPAddress' && base.type === 'iPAddress') return addressContainment(name.bytes, base.bytes);
  if (name.type === 'directoryName' && base.type === 'directoryName') return directoryContainment(name.name, base.name);
  return undefined;
}

type DnsName = Extract<GeneralName, { value: string }>;
const inOrOut = (inside: boolean): Containment => (inside ? 'inside' : 'outside');

function dnsContainment(name: DnsName, base: DnsName, leadingDot: boolean): Containment {
  const mine = hostOf(name);
  if (!mine || mine.leadingDot) return undefined;
  if (base.value === '') return 'inside';
  const subtree = hostOf(base);
  if (!subtree || subtree.wildcard || (subtree.leadingDot && !leadingDot)) return undefined;
  const { host, wildcard } = mine;
  if (host.endsWith(subtree.host) && (host.length === subtree.host.length || host.at(-subtree.host.length - 1) === '.')) {
    return inOrOut(host.length > subtree.host.length || wildcard || !subtree.leadingDot);
  }
  return wildcard && !subtree.leadingDot && subtree.host.slice(subtree.host.indexOf('.') + 1) === host ? 'partly' : 'outside';
}

/**
 * A mailbox, all mailboxes of a host, or, with a leading period, of every host below a domain. A constraint that names one
 * mailbox cannot be held against a local part that is not ASCII (RFC 9598 §6).
 */
function emailContainment(mailbox: string, base: string): Containment {
  const [local, host] = splitMailbox(mailbox);
  if (local === undefined || host === undefined) return undefined;
  if (base === '') return 'inside';
  if (base.includes('@')) {
    const [baseLocal, baseHost] = splitMailbox(base);
    if (baseLocal === undefined || baseHost === undefined || /[^\0-\x7f]/.test(local)) return undefined;
    return inOrOut(baseLocal === local && baseHost === host);
  }
  return hostContainment(host, base);
}

const dotString = /^[a-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+)*$/iu;
const quotedString = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e\u0080-\u{10ffff}]|\\[\x20-\x7e])*"$/u;

/** RFC 5321 and 6531 Mailbox without comments; the local part is case-sensitive, the domain is not and has A-labels alone. */
function splitMailbox(mailbox: string): [local?: string, host?: string] {
  const at = mailbox.lastIndexOf('@');
  const local = mailbox.slice(0, Math.max(at, 0));
  const host = mailbox.slice(at + 1).toLowerCase();
  return (dotString.test(local) || quotedString.test(local)) && isDnsName(host, false) ? [local, host] : [];
}

/** Host-part rule of rfc822Name and URI: the host itself, or what lies below where the constraint starts with a period. */
function hostContainment(host: string, base: string): Containment {
  const below = base.startsWith('.');
  const subtree = base.slice(below ? 1 : 0).toLowerCase();
  if (!isDnsName(subtree, false)) return undefined;
  return inOrOut(below ? host.endsWith(`.${subtree}`) : host === subtree);
}

/** The host of an absolute URI with an authority; an address instead of a name must be refused (§4.2.1.10). */
function uriContainment(uri: string, base: string): Containment {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(uri)?.[1];
  const host = authority?.replace(/^.*@/, '').replace(/:\d*$/, '').toLowerCase();
  if (!host || !isDnsName(host, false) || /^[\d.]+$/.test(host)) return undefined;
  return base === '' ? 'inside' : hostContainment(host, base);
}

function addressContainment(address: Uint8Array, range: Uint8Array): Containment {
  if (address.length !== 4 && address.length !== 16) return undefined;
  if (range.length !== address.length * 2) return 'outside';
  return inOrOut(address.every((octet, i) => ((octet ^ range[i]!) & range[address.length + i]!) === 0));
}

const rdnKeys = new WeakMap<Name, string[]>();

/** §7.1: the subtree's relative names are the first of the name's. */
function directoryContainment(name: Name, base: Name): Containment {
  const [mine, theirs] = [name, base].map((each) => {
    const keys = rdnKeys.get(each) ?? normalizedRdns(each);
    rdnKeys.set(each, keys);
    return keys;
  }) as [string[], string[]];
  return inOrOut(theirs.every((rdn, i) => rdn === mine[i]));
}

type ByType = ReadonlyMap<GeneralName['type'], readonly GeneralName[]>;

/** permitted_subtrees and excluded_subtrees of RFC 5280 §6.1.2 (b), (c): empty at first, which permits and excludes nothing. */
export class ConstrainedNames {
  /** one layer per certificate with constraints: a name must be inside each, which is their intersection */
  private readonly permittedSubtrees: ByType[] = [];
  private readonly excludedSubtrees: ByType[] = [];
  private readonly leadingDot: boolean;

  constructor(leadingDot: boolean) {
    this.leadingDot = leadingDot;
  }

  /** §6.1.4 (g): intersection of what is permitted, union of what is excluded. */
  add({ permitted, excluded }: NameConstraints): void {
    this.permittedSubtrees.push(Map.groupBy(permitted, ({ type }) => type));
    this.excludedSubtrees.push(Map.groupBy(excluded, ({ type }) => type));
  }

  get isEmpty(): boolean {
    return this.permittedSubtrees.length === 0;
  }

  /**
   * §6.1.3 (b), (c): the first name that is not permitted or is excluded, in words; undefined when all are fine.
   * @throws WorkLimit
   */
  violation(certificate: Certificate, work: Work): string | undefined {
    if (this.isEmpty) return undefined;
    const names = namesOf(certificate);
    for (const name of names) {
      const layers = [...this.permittedSubtrees, ...this.excludedSubtrees];
      work.compare(layers.reduce((sum, layer) => sum + (layer.get(name.type)?.length ?? 0), 0));
    }
    for (const name of names) {
      if (!this.permittedSubtrees.every((layer) => isPermitted(name, layer.get(name.type), this.leadingDot))) return `${name.type} not permitted`;
      if (this.excludedSubtrees.some((layer) => isExcluded(name, layer.get(name.type), this.leadingDot))) return `${name.type} excluded`;
    }
    return undefined;
  }
}

/** A form that no permitted subtree names is free (§4.2.1.10). */
function isPermitted(name: GeneralName, bases: readonly GeneralName[] | undefined, leadingDot: boolean): boolean {
  if (!bases) return true;
  const places = bases.map((base) => containmentIn(name, base, leadingDot));
  return !places.includes(undefined) && places.includes('inside');
}

/** What we cannot judge counts as excluded: process the constraint or reject (§4.2.1.10). */
function isExcluded(name: GeneralName, bases: readonly GeneralName[] | undefined, leadingDot: boolean): boolean {
  return (bases ?? []).some((base) => containmentIn(name, base, leadingDot) !== 'outside');
}

/**
 * The subject where it is not empty, the alternative names, the mailboxes that are not ASCII as the e-mail addresses they
 * are, and the subject's e-mail where no alternative name is one (§4.2.1.10, RFC 9598 §6).
 */
function namesOf({ subject, subjectAltName = [] }: Certificate): GeneralName[] {
  const names: GeneralName[] = subject.rdns.length > 0 ? [{ type: 'directoryName', name: subject }] : [];
  names.push(...subjectAltName);
  for (const name of subjectAltName) {
    if (name.type === 'otherName' && name.oid === oids.smtpUtf8Mailbox) names.push({ type: 'rfc822Name', value: smtpUtf8Mailbox(name.value) });
  }
  if (!subjectAltName.some(({ type }) => type === 'rfc822Name')) {
    for (const { oid, value } of subject.rdns.flat()) {
      if (oid === oids.emailAddress) names.push({ type: 'rfc822Name', value });
    }
  }
  return names;
}

/** RFC 9598 §3: a UTF8String; '' when it is none, which no constraint can judge. */
function smtpUtf8Mailbox(der: Uint8Array): string {
  try {
    const reader = new DerReader(der);
    const mailbox = reader.read(tags.utf8String);
    reader.end();
    return textOf(mailbox, mailbox.tag);
  } catch (error) {
    if (error instanceof PkiError) return '';
    throw error;
  }
}

/**
 * True if a reference identity matches a subjectAltName (RFC 9525 §6.3, §6.4): a wildcard is the whole left-most label and
 * stands for one label; the common name is never looked at.
 * @param serverName a DNS name, or an IP address in text
 */
export function matchesServerName({ subjectAltName = [] }: Certificate, serverName: string): boolean {
  const address = addressOctets(serverName);
  if (address) return subjectAltName.some((name) => name.type === 'iPAddress' && Buffer.compare(name.bytes, address) === 0);
  const wanted = serverName.replace(/\.$/, '').toLowerCase();
  if (!isDnsName(wanted, false)) return false;
  return subjectAltName.some((name) => {
    if (name.type !== 'dNSName' || !isDnsName(name.value, true)) return false;
    const presented = name.value.toLowerCase();
    if (!presented.startsWith('*.')) return presented === wanted;
    // a wildcard for a whole top-level domain names nobody
    return presented.split('.').length > 2 && wanted.includes('.') && wanted.slice(wanted.indexOf('.')) === presented.slice(1);
  });
}

/** The octets of an IPv4 or IPv6 address in text; undefined if it is neither. */
function addressOctets(text: string): Uint8Array | undefined {
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (v4) {
    const octets = v4.slice(1).map(Number);
    return octets.every((octet) => octet < 256) ? Uint8Array.from(octets) : undefined;
  }
  const halves = text.split('::');
  if (!/^[0-9a-f:]+$/i.test(text) || !text.includes(':') || halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: Math.max(missing, 0) }, () => '0'), ...tail];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return Uint8Array.from(groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]));
}
