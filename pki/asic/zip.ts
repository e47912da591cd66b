import { crc32, inflateRawSync } from 'node:zlib';
import { isUtf8 } from 'node:buffer';
import { PkiError } from '../error.ts';
import { checkNames } from './names.ts';

export interface ZipLimits {
  maxBytes: number;
  maxEntries: number;
  /** of one entry and of all together, out of their compression */
  maxEntryBytes: number;
  maxInflatedBytes: number;
  /** unpacked to packed, of entries over a megabyte: deflate itself ends at 1,032 */
  maxRatio: number;
}

/** A container of scanned annexes is some tens of megabytes; text packs twenty to one. */
export const zipLimits: ZipLimits = { maxBytes: 64 * 1024 * 1024, maxEntries: 1_000, maxEntryBytes: 64 * 1024 * 1024, maxInflatedBytes: 128 * 1024 * 1024, maxRatio: 200 };

export interface ZipEntry {
  name: string;
  bytes: Uint8Array;
  /** method 0 */
  stored: boolean;
  /** has an extra field, in either of its headers */
  extra: boolean;
}

export interface Zip { entries: readonly ZipEntry[]; comment: string }

const signatures = { local: 0x04034b50, central: 0x02014b50, descriptor: 0x08074b50 };
const endOctets = 22;
const centralOctets = 46;
const localOctets = 30;
/** bit 3: sizes follow the bytes; bit 11: names are UTF-8; bits 1 and 2 only say how well deflate tried */
const allowedFlags = 0x0008 | 0x0800 | 0x0006;

const malformed = (rule: string, offset?: number): PkiError => new PkiError('zip-malformed', { rule, ...(offset === undefined ? {} : { offset }) });
const ambiguous = (rule: string, offset?: number): PkiError => new PkiError('zip-ambiguous', { rule, ...(offset === undefined ? {} : { offset }) });
const unsupported = (rule: string): PkiError => new PkiError('zip-not-supported', { rule });
const tooLarge = (rule: string): PkiError => new PkiError('zip-too-large', { rule });

/** What a central directory header says of its entry (APPNOTE §4.3.12). */
interface Directory { name: string; rawName: Buffer; flags: number; method: number; crc: number; packed: number; size: number; local: number; extra: boolean }

/**
 * All entries of a ZIP archive that every reader reads alike (APPNOTE 6.3.10): entries lie end to end from the first byte
 * in the order of the directory, which follows at once, and after it only the end record; both headers of an entry agree. One
 * disk, no encryption, no ZIP64, stored or deflated, bounded in everything.
 * @throws PkiError `zip-malformed`, `zip-ambiguous`, `zip-not-supported`, `zip-too-large`, `zip-name-refused`
 */
export function readZip(bytes: Uint8Array, limits: ZipLimits = zipLimits): Zip {
  if (bytes.length > limits.maxBytes) throw tooLarge(`at most ${limits.maxBytes} octets`);
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(zip);
  const directory = readDirectory(zip, end, limits);
  checkNames(directory.map(({ name }) => name));
  let room = limits.maxInflatedBytes;
  let at = 0;
  const entries = directory.map((entry): ZipEntry => {
    // a gap, an overlap or bytes before the first entry: readers by the directory and by the local headers would differ
    if (entry.local !== at) throw ambiguous('APPNOTE §4.3.6 entries lie end to end', entry.local);
    const local = readLocal(zip, entry, end.directory);
    at = local.next;
    const inflated = inflate(zip.subarray(local.from, local.from + entry.packed), entry, Math.min(room, limits.maxEntryBytes), limits);
    room -= inflated.length;
    return { name: entry.name, bytes: inflated, stored: entry.method === 0, extra: entry.extra || local.extra };
  });
  if (at !== end.directory) throw ambiguous('APPNOTE §4.3.6 the directory follows the last entry', at);
  return { entries, comment: end.comment };
}

interface End { at: number; count: number; directory: number; comment: string }

/** The end record: exactly one place that can be it, with the comment up to the last byte (APPNOTE §4.3.16). */
function findEnd(zip: Buffer): End {
  const at = zip.lastIndexOf(endMark);
  if (at < 0 || at + endOctets > zip.length) throw malformed('APPNOTE §4.3.16 no end of the central directory');
  // readers look for it from behind or from before; a second one inside the comment or before it is for one of them
  if (!endsFile(zip, at)) throw ambiguous('APPNOTE §4.3.16 the comment ends the file', at);
  for (let other = zip.indexOf(endMark, Math.max(0, zip.length - endOctets - 0xffff)); other < at; other = zip.indexOf(endMark, other + 1)) {
    if (endsFile(zip, other)) throw ambiguous('APPNOTE §4.3.16 one end record', other);
  }
  const [disk, directoryDisk, here, count] = [4, 6, 8, 10].map((offset) => zip.readUInt16LE(at + offset)) as [number, number, number, number];
  const [size, directory] = [zip.readUInt32LE(at + 12), zip.readUInt32LE(at + 16)];
  if (count === 0xffff || size === 0xffffffff || directory === 0xffffffff) throw unsupported('APPNOTE §4.3.14 ZIP64');
  if (disk !== 0 || directoryDisk !== 0 || here !== count) throw unsupported('APPNOTE §4.3.16 one disk');
  if (directory + size !== at) throw ambiguous('APPNOTE §4.3.6 the end record follows the directory', at);
  return { at, count, directory, comment: zip.toString('latin1', at + endOctets) };
}

const endMark = Buffer.from('PK\u0005\u0006', 'latin1');

function endsFile(zip: Buffer, at: number): boolean {
  return at + endOctets + zip.readUInt16LE(at + 20) === zip.length;
}

function readDirectory(zip: Buffer, { at: end, count, directory }: End, { maxEntries }: ZipLimits): Directory[] {
  if (count > maxEntries) throw tooLarge(`at most ${maxEntries} entries`);
  const entries: Directory[] = [];
  let at = directory;
  for (let i = 0; i < count; i++) {
    if (at + centralOctets > end || zip.readUInt32LE(at) !== signatures.central) throw malformed('APPNOTE §4.3.12 central directory header', at);
    const [nameOctets, extraOctets, commentOctets] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [number, number, number];
    const nameEnd = at + centralOctets + nameOctets;
    const next = nameEnd + extraOctets + commentOctets;
    if (next > end) throw malformed('APPNOTE §4.3.12 central directory header', at);
    const rawName = zip.subarray(at + centralOctets, nameEnd);
    requirePlainExtra(zip.subarray(nameEnd, nameEnd + extraOctets));
    if (zip.readUInt16LE(at + 34) !== 0) throw unsupported('APPNOTE §4.4.11 one disk');
    const flags = zip.readUInt16LE(at + 8);
    const name = nameOf(rawName, flags);
    if (name.endsWith('/') && zip.readUInt32LE(at + 24) !== 0) throw malformed('APPNOTE §4.3.8 a folder has no bytes', at);
    entries.push({
      name, rawName, flags, method: zip.readUInt16LE(at + 10), crc: zip.readUInt32LE(at + 16),
      packed: zip.readUInt32LE(at + 20), size: zip.readUInt32LE(at + 24), local: zip.readUInt32LE(at + 42), extra: extraOctets > 0,
    });
    at = next;
  }
  if (at !== end) throw ambiguous('APPNOTE §4.3.6 the directory has the entries it counts', at);
  return entries;
}

/** A name in UTF-8 says so; without the mark it is ASCII, since the old code pages are read differently (APPNOTE §4.4.4, appendix D). */
function nameOf(raw: Buffer, flags: number): string {
  if (!isUtf8(raw)) throw new PkiError('zip-name-refused', { rule: 'APPNOTE appendix D UTF-8' });
  const name = raw.toString('utf8');
  if ((flags & 0x0800) === 0 && /[^ -~]/.test(name)) throw new PkiError('zip-name-refused', { rule: 'APPNOTE §4.4.4 bit 11 marks names in UTF-8' });
  return name;
}

/** Extra fields that are other sizes (ZIP64) or another name (Info-ZIP's Unicode path) are read by some and not by others. */
function requirePlainExtra(extra: Buffer): void {
  let at = 0;
  while (at < extra.length) {
    if (at + 4 > extra.length) throw malformed('APPNOTE §4.5.1 extra field');
    const [id, octets] = [extra.readUInt16LE(at), extra.readUInt16LE(at + 2)];
    if (id === 0x0001) throw unsupported('APPNOTE §4.5.3 ZIP64');
    if (id === 0x7075 || id === 0x6375) throw ambiguous('APPNOTE §4.6.9 a second name');
    at += 4 + octets;
  }
  if (at !== extra.length) throw malformed('APPNOTE §4.5.1 extra field');
}

/** The local header must say what the directory says (APPNOTE §4.3.7). Returns where the bytes are and the next entry begins. */
function readLocal(zip: Buffer, entry: Directory, directory: number): { from: number; next: number; extra: boolean } {
  const { local: at, flags, method, crc, packed, size, rawName } = entry;
  if (at + localOctets > directory || zip.readUInt32LE(at) !== signatures.local) throw malformed('APPNOTE §4.3.7 local file header', at);
  if ((flags & ~allowedFlags) !== 0) throw unsupported('APPNOTE §4.4.4 no encryption, no patches');
  if (method !== 0 && method !== 8) throw unsupported('APPNOTE §4.4.5 stored or deflated');
  if (zip.readUInt16LE(at + 6) !== flags || zip.readUInt16LE(at + 8) !== method) throw ambiguous('APPNOTE §4.3.7 headers agree', at);
  const [nameOctets, extraOctets] = [zip.readUInt16LE(at + 26), zip.readUInt16LE(at + 28)];
  const nameEnd = at + localOctets + nameOctets;
  const from = nameEnd + extraOctets;
  if (from + packed > directory) throw malformed('APPNOTE §4.3.8 an entry beyond the directory', at);
  if (Buffer.compare(zip.subarray(at + localOctets, nameEnd), rawName) !== 0) throw ambiguous('APPNOTE §4.3.7 names agree', at);
  requirePlainExtra(zip.subarray(nameEnd, from));
  const said = [14, 18, 22].map((offset) => zip.readUInt32LE(at + offset));
  const streamed = (flags & 0x0008) !== 0;
  const agrees = said.every((value, i) => value === [crc, packed, size][i] || (streamed && value === 0));
  if (!agrees) throw ambiguous('APPNOTE §4.3.7 sizes agree', at);
  const end = from + packed;
  return { from, next: streamed ? afterDescriptor(zip, end, entry, directory) : end, extra: extraOctets > 0 };
}

/** The data descriptor after the bytes of a streamed entry, with or without its mark, says the same again (APPNOTE §4.3.9). */
function afterDescriptor(zip: Buffer, end: number, { crc, packed, size, method }: Directory, directory: number): number {
  // a reader from the front cannot tell where stored bytes end
  if (method === 0) throw ambiguous('APPNOTE §4.3.9 a stored entry says its size before its bytes', end);
  const marked = end + 16 <= directory && zip.readUInt32LE(end) === signatures.descriptor;
  const from = marked ? end + 4 : end;
  if (from + 12 > directory) throw malformed('APPNOTE §4.3.9 data descriptor', end);
  if (zip.readUInt32LE(from) !== crc || zip.readUInt32LE(from + 4) !== packed || zip.readUInt32LE(from + 8) !== size) throw ambiguous('APPNOTE §4.3.9 sizes agree', end);
  return from + 12;
}

function inflate(raw: Buffer, { method, size, packed, crc }: Directory, room: number, { maxRatio }: ZipLimits): Uint8Array {
  if (size > room) throw tooLarge(`at most ${room} octets unpacked`);
  if (size > 1_048_576 && size > packed * maxRatio) throw tooLarge(`at most ${maxRatio} to one`);
  const bytes = method === 0 ? raw : inflateExactly(raw, size);
  if (bytes.length !== size) throw ambiguous('APPNOTE §4.4.9 the size is that of the bytes');
  if (crc32(bytes) !== crc) throw malformed('APPNOTE §4.4.7 CRC-32');
  return bytes;
}

/** Deflate that yields what was announced and uses all that is there: bytes after its end would be hidden. */
function inflateExactly(raw: Buffer, size: number): Uint8Array {
  try {
    const { buffer, engine } = inflateRawSync(raw, { maxOutputLength: Math.max(size, 1), info: true }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    if (engine.bytesWritten !== raw.length) throw ambiguous('RFC 1951 nothing follows the last block');
    return buffer;
  } catch (error) {
    if (error instanceof PkiError) throw error;
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw ambiguous('APPNOTE §4.4.9 the size is that of the bytes');
    throw malformed('RFC 1951 deflate');
  }
}
