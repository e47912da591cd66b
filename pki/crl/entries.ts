import { DerReader, type DerElement } from '../asn1/der-reader.ts';
import { oids } from '../asn1/oids.ts';
import { tags } from '../asn1/tags.ts';
import { PkiError } from '../error.ts';
import { readGeneralNames, type GeneralName } from '../certificate/general-name.ts';
import { reasonOfCode, type RevocationReason } from './reason.ts';

/** One entry of revokedCertificates (RFC 5280 §5.3). */
export interface RevokedEntry {
  serialNumber: bigint;
  revokedAt: Date;
  /** undefined when the entry names none */
  reason: RevocationReason | undefined;
  invalidityDate: Date | undefined;
  /** set on the entry that changes the certificate issuer of an indirect CRL (§5.3.3) */
  certificateIssuer: readonly GeneralName[] | undefined;
  hasUnknownCritical: boolean;
}

/** What the first walk over a list remembers: where each entry stands and which of them need a closer look. */
export interface EntryIndex {
  /** the outermost bytes; the contents of revokedCertificates end at `to` */
  bytes: Uint8Array;
  to: number;
  starts: Uint32Array;
  count: number;
  /** entries whose certificateIssuer applies from there on, ascending (§5.3.3) */
  issuers: readonly { from: number; names: readonly GeneralName[] }[];
  hasUnknownCritical: boolean;
}

/** RFC 5280 has no limit; ten million entries is far above any published list. */
const maxEntries = 10_000_000;

/**
 * Walks the entries once without building objects: SEQUENCE { serial, time, extensions? }. Only entries with critical
 * extensions are decoded here, since one that is not understood spoils the whole list (§5.3).
 */
export function indexEntries({ source: bytes, from, to }: Pick<DerElement, 'source' | 'from' | 'to'>): EntryIndex {
  let starts = new Uint32Array(Math.min(maxEntries, Math.max(16, (to - from) >> 5)));
  let count = 0;
  const issuers: { from: number; names: readonly GeneralName[] }[] = [];
  let hasUnknownCritical = false;
  for (let at = from; at < to;) {
    if (count === maxEntries) throw new PkiError('asn1-too-many', { rule: `at most ${maxEntries} entries` });
    if (count === starts.length) starts = grown(starts);
    starts[count] = at;
    const end = elementEnd(bytes, at, tags.sequence, to);
    const serialEnd = elementEnd(bytes, contentStart(bytes, at), tags.integer, to);
    const timeTag = bytes[serialEnd] === tags.generalizedTime ? tags.generalizedTime : tags.utcTime;
    const timeEnd = elementEnd(bytes, serialEnd, timeTag, to);
    if (timeEnd < end && hasCritical(bytes, timeEnd, end)) {
      const entry = readEntry(new DerReader(bytes, at, end));
      hasUnknownCritical ||= entry.hasUnknownCritical;
      if (entry.certificateIssuer) issuers.push({ from: count, names: entry.certificateIssuer });
    } else if (timeEnd > end || serialEnd > end) throw truncated(at);
    count++;
    at = end;
  }
  return { bytes, to, starts, count, issuers, hasUnknownCritical };
}

/** The next entry, in full. @throws PkiError `crl-entry-malformed`, `asn1-…` */
export function readEntry(outer: DerReader): RevokedEntry {
  const reader = outer.sequence();
  const serialNumber = reader.integer();
  const entry: RevokedEntry = {
    serialNumber, revokedAt: reader.time(), reason: undefined, invalidityDate: undefined, certificateIssuer: undefined,
    hasUnknownCritical: false,
  };
  if (!reader.done) readEntryExtensions(reader.sequence(), entry);
  reader.end();
  return entry;
}

function readEntryExtensions(reader: DerReader, entry: RevokedEntry): void {
  const seen = new Set<string>();
  while (!reader.done) {
    const extension = reader.sequence();
    const oid = extension.oid();
    const critical = extension.nextTag === tags.boolean && extension.boolean();
    const value = new DerReader(extension.octetString());
    extension.end();
    if (seen.has(oid)) reader.fail('extension-repeated', `RFC 5280 §5.3 ${oid} twice`);
    seen.add(oid);
    if (!readEntryExtension(oid, value, entry)) entry.hasUnknownCritical ||= critical;
  }
}

function readEntryExtension(oid: string, value: DerReader, entry: RevokedEntry): boolean {
  switch (oid) {
    case oids.reasonCode: {
      const code = value.number(tags.enumerated);
      entry.reason = reasonOfCode(code);
      if (entry.reason === undefined) value.fail('crl-entry-malformed', 'RFC 5280 §5.3.1 CRLReason');
      break;
    }
    case oids.invalidityDate:
      entry.invalidityDate = value.generalizedTime();
      break;
    case oids.certificateIssuer: {
      const names = value.sequence();
      entry.certificateIssuer = readGeneralNames(names);
      break;
    }
    default:
      return false;
  }
  value.end();
  return true;
}

/** True if the extensions between `at` and `end` hold a TRUE, or the OID of certificateIssuer: then the entry is read in full. */
function hasCritical(bytes: Uint8Array, at: number, end: number): boolean {
  for (let i = at; i + 2 < end; i++) {
    if (bytes[i] === tags.boolean && bytes[i + 1] === 1 && bytes[i + 2] === 0xff) return true;
    if (bytes[i] === 0x55 && bytes[i + 1] === 0x1d && bytes[i + 2] === 0x1d) return true;
  }
  return false;
}

function grown(starts: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.min(maxEntries, starts.length * 2));
  larger.set(starts);
  return larger;
}

/** Where the contents of the element at `at` begin, whose length is known to be well formed. */
export function contentStart(bytes: Uint8Array, at: number): number {
  const length = bytes[at + 1]!;
  return at + 2 + (length < 0x80 ? 0 : length & 0x7f);
}

/** The end of the element at `at`, which must have this tag and a shortest length of at most three octets. */
function elementEnd(bytes: Uint8Array, at: number, tag: number, limit: number): number {
  if (at + 2 > limit) throw truncated(at);
  if (bytes[at] !== tag) throw new PkiError('asn1-unexpected-tag', { rule: 'RFC 5280 §5.1.2.6 revokedCertificates', offset: at });
  let length = bytes[at + 1]!;
  let start = at + 2;
  if (length >= 0x80) {
    const octets = length & 0x7f;
    if (octets === 0 || octets > 3 || start + octets > limit) throw new PkiError('asn1-not-der', { rule: 'X.690 §10.1', offset: at });
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + bytes[start + i]!;
    if (length < 0x80 || bytes[start] === 0) throw new PkiError('asn1-not-der', { rule: 'X.690 §10.1 shortest length', offset: at });
    start += octets;
  }
  if (start + length > limit) throw truncated(at);
  return start + length;
}

function truncated(offset: number): PkiError {
  return new PkiError('asn1-truncated', { rule: 'X.690 §8.1.3', offset });
}

/** The entry at this place in the list, read in full. @throws PkiError as `readEntry` */
export function entryAt({ bytes, starts, count, to }: EntryIndex, n: number): RevokedEntry {
  return readEntry(new DerReader(bytes, starts[n]!, n + 1 < count ? starts[n + 1]! : to));
}
