import { crc32, inflateRawSync } from 'node:zlib';
import { Problem } from '../problems.ts';

/** Own bounds. A workbook of 2,000 rows has some 200 kB, and 3 MB when it is unpacked. */
export const maxWorkbookBytes = 5_242_880;
const maxEntries = 200;
const maxInflated = 16_777_216;
/** Rows of the sheet besides title and header; columns beyond S hold nothing of ours. */
export const maxSheetRows = 2_100;
const maxCells = 100_000;

const refused = (rule: string): Problem => new Problem('document-unreadable', { rule });

interface Entry { name: string; bytes: Buffer }

/**
 * Takes a stranger's XLSX apart within bounds and packs what is needed anew, so that what was checked is what is read:
 * readers of ZIP differ in whether they believe the directory or what lies between.
 * @throws Problem `document-unreadable`, `too-large`
 */
export function repackWorkbook(bytes: Uint8Array): Buffer {
  if (bytes.length > maxWorkbookBytes) throw new Problem('too-large', { maxBytes: maxWorkbookBytes });
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept = readEntries(zip).filter(({ name }) => /\.(xml|rels)$/.test(name));
  for (const { name, bytes: xml } of kept) requireSaneXml(name, xml);
  return pack(kept);
}

function readEntries(zip: Buffer): Entry[] {
  const end = zip.lastIndexOf(Buffer.from('504b0506', 'hex'));
  if (end < 0 || end + 22 > zip.length) throw refused('zip: no end of the directory');
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  if (count > maxEntries) throw new Problem('too-large', { maxEntries });
  const entries: Entry[] = [];
  const names = new Set<string>();
  let room = maxInflated;
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || zip.readUInt32LE(at) !== 0x02014b50) throw refused('zip: directory');
    const [nameLength, extraLength, noteLength] = [zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32)];
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    if (names.has(name)) throw refused('zip: a name twice');
    names.add(name);
    const inflated = inflate(zip, at, end, room);
    room -= inflated.length;
    if (!name.endsWith('/')) entries.push({ name, bytes: inflated });
    at += 46 + nameLength + extraLength + noteLength;
  }
  return entries;
}

/** One entry, never inflated beyond what is left of the whole. */
function inflate(zip: Buffer, at: number, end: number, room: number): Buffer {
  const [flags, method, crc] = [zip.readUInt16LE(at + 8), zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 16)];
  const [packed, size, local] = [zip.readUInt32LE(at + 20), zip.readUInt32LE(at + 24), zip.readUInt32LE(at + 42)];
  if (flags & 1 || (method !== 0 && method !== 8)) throw refused('zip: encrypted, or a method that is not read');
  if (size > room) throw new Problem('too-large', { maxInflatedBytes: maxInflated });
  if (local + 30 > end || zip.readUInt32LE(local) !== 0x04034b50) throw refused('zip: entry');
  const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  if (from + packed > end) throw refused('zip: entry beyond the directory');
  const raw = zip.subarray(from, from + packed);
  const bytes = method === 0 ? raw : inflateAtMost(raw, size);
  if (bytes.length !== size || crc32(bytes) !== crc) throw refused('zip: size or checksum');
  return bytes;
}

function inflateAtMost(raw: Buffer, size: number): Buffer {
  try {
    return inflateRawSync(raw, { maxOutputLength: Math.max(size, 1) });
  } catch {
    throw refused('zip: size');
  }
}

/** No entities, and no cell so far out that the table up to it fills the memory. */
function requireSaneXml(name: string, bytes: Buffer): void {
  const xml = bytes.toString('utf8');
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) throw refused('xml: document type');
  if (!name.startsWith('xl/worksheets/')) return;
  const tags = xml.match(/<(?:\w+:)?(?:c|row)[\s/>]/g)?.length ?? 0;
  const placed = [...xml.matchAll(/<(?:\w+:)?(?:c|row)\s(?:[^<>&]*?\s)?r="([A-Z]{0,2})(\d{1,5})"/g)];
  if (placed.length !== tags) throw refused('xlsx: a cell without a place');
  if (placed.length > maxCells) throw new Problem('too-large', { maxCells });
  if (placed.some(([, , row]) => Number(row) > maxSheetRows)) throw new Problem('too-large', { maxRows: maxSheetRows });
}

/** Stored without compression: it is read again at once. */
function pack(entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const label = Buffer.from(name, 'utf8');
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x0800, 2);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(bytes.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(label.length, 22);
    parts.push(Buffer.from('504b0304', 'hex'), fields, label, bytes);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('504b01021400', 'hex'), fields, tail, label);
    offset += 30 + label.length + bytes.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('504b0506', 0, 'hex');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, index, end]);
}

/** Cells of the sheets that hold a formula, as `row:column` with both from 1. What Excel once computed for it is no one's word. */
export function findFormulas(packed: Buffer): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { name, bytes } of readEntries(packed)) {
    if (!/^xl\/worksheets\/[^/]+\.xml$/.test(name)) continue;
    let cell = '';
    // tag by tag: a pattern over whole cells would look to the end of the file for every one that is not closed
    for (const [, tag, attributes = ''] of bytes.toString('utf8').matchAll(/<(?:\w+:)?(c|f)(?=[\s/>])([^<>]*)>/g)) {
      if (tag === 'c') cell = placeOf(attributes);
      else found.add(cell);
    }
  }
  return found;
}

function placeOf(attributes: string): string {
  const [, letters = '', row = ''] = /(?:^|\s)r="([A-Z]{1,2})(\d{1,5})"/.exec(attributes) ?? [];
  return `${row}:${letters.split('').reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0)}`;
}
