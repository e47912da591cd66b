import { PkiError } from '../error.ts';
import { tags } from '../asn1/tags.ts';
import { reasonCodes, type RevocationReason } from './reason.ts';

export interface CrlEntry {
  /** magnitude, big-endian, leading zeros allowed */
  serialNumber: Uint8Array;
  revokedAt: Date;
  reason?: RevocationReason | undefined;
  invalidityDate?: Date | undefined;
}

/** RFC 5280 §4.1.2.2. It also keeps every length of an entry in one octet. */
const maxSerialOctets = 20;
/** Header, a serial of 20 octets with sign octet, a GeneralizedTime, both extensions: 84 octets and some air. */
const maxEntryOctets = 96;

const reasonExtension = Uint8Array.of(0x30, 0x0a, tags.oid, 3, 0x55, 0x1d, 0x15, tags.octetString, 3, tags.enumerated, 1);
const invalidityExtension = Uint8Array.of(0x30, 0x18, tags.oid, 3, 0x55, 0x1d, 0x18, tags.octetString, 0x11, tags.generalizedTime, 15);

/** One element of revokedCertificates, RFC 5280 §5.1.2.6. `unspecified` is left out, as §5.3.1 asks. @throws PkiError `serial-malformed` */
export function encodeCrlEntry(entry: CrlEntry): Uint8Array {
  const bytes = new Uint8Array(maxEntryOctets);
  return bytes.subarray(0, writeEntry(bytes, 0, entry));
}

/** Many entries one after another, ready for `buildTbsCrl`; about a million a second. @throws PkiError `serial-malformed` */
export function packCrlEntries(entries: Iterable<CrlEntry>): Uint8Array {
  let bytes = new Uint8Array(64 * 1024);
  let at = 0;
  for (const entry of entries) {
    if (at + maxEntryOctets > bytes.length) {
      const larger = new Uint8Array(bytes.length * 2);
      larger.set(bytes);
      bytes = larger;
    }
    at = writeEntry(bytes, at, entry);
  }
  return bytes.subarray(0, at);
}

function writeEntry(bytes: Uint8Array, start: number, entry: CrlEntry): number {
  let at = writeSerial(bytes, start + 2, entry.serialNumber);
  at = writeTime(bytes, at, entry.revokedAt, isUtcTime(entry.revokedAt));
  const listed = at;
  at += 2;
  if (entry.reason !== undefined && entry.reason !== 'unspecified') {
    bytes.set(reasonExtension, at);
    bytes[at + reasonExtension.length] = reasonCodes[entry.reason];
    at += reasonExtension.length + 1;
  }
  if (entry.invalidityDate !== undefined) {
    bytes.set(invalidityExtension, at);
    // writeTime repeats the last two octets of the template, the tag and the length
    at = writeTime(bytes, at + invalidityExtension.length - 2, entry.invalidityDate, false);
  }
  if (at === listed + 2) at = listed;
  else {
    bytes[listed] = tags.sequence;
    bytes[listed + 1] = at - listed - 2;
  }
  bytes[start] = tags.sequence;
  bytes[start + 1] = at - start - 2;
  return at;
}

function writeSerial(bytes: Uint8Array, start: number, magnitude: Uint8Array): number {
  let first = 0;
  while (first < magnitude.length - 1 && magnitude[first] === 0) first++;
  const octets = magnitude.length - first;
  if (octets === 0 || octets > maxSerialOctets) throw new PkiError('serial-malformed', { rule: 'RFC 5280 §4.1.2.2' });
  const sign = magnitude[first]! >= 0x80 ? 1 : 0;
  let at = start;
  bytes[at++] = tags.integer;
  bytes[at++] = octets + sign;
  if (sign === 1) bytes[at++] = 0;
  for (let i = first; i < magnitude.length; i++) bytes[at++] = magnitude[i]!;
  return at;
}

const firstUtcTime = Date.UTC(1950, 0, 1);
const endOfUtcTime = Date.UTC(2050, 0, 1);
const isUtcTime = (at: Date): boolean => at.getTime() >= firstUtcTime && at.getTime() < endOfUtcTime;

function writeTime(bytes: Uint8Array, start: number, time: Date, utc: boolean): number {
  const year = time.getUTCFullYear();
  let at = start;
  bytes[at++] = utc ? tags.utcTime : tags.generalizedTime;
  bytes[at++] = utc ? 13 : 15;
  if (!utc) at = writeTwoDigits(bytes, at, Math.floor(year / 100));
  at = writeTwoDigits(bytes, at, year % 100);
  at = writeTwoDigits(bytes, at, time.getUTCMonth() + 1);
  at = writeTwoDigits(bytes, at, time.getUTCDate());
  at = writeTwoDigits(bytes, at, time.getUTCHours());
  at = writeTwoDigits(bytes, at, time.getUTCMinutes());
  at = writeTwoDigits(bytes, at, time.getUTCSeconds());
  bytes[at++] = 0x5a;
  return at;
}

function writeTwoDigits(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = 0x30 + Math.floor(value / 10);
  bytes[at + 1] = 0x30 + (value % 10);
  return at + 2;
}
