import { crc32, deflateRawSync } from 'node:zlib';
import { findFormulas, maxWorkbookBytes, repackWorkbook } from '../../../src/workbook/archive.ts';
import { row, xlsx } from './rows.ts';

interface Entry { name: string; bytes: Uint8Array; size?: number; crc?: number; flags?: number; method?: number }

/** A ZIP that says what it is told to say. */
function zip(entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, size = bytes.length, crc = crc32(bytes), flags = 0, method = 8 } of entries) {
    const packed = method === 8 ? deflateRawSync(bytes, { level: 9 }) : Buffer.from(bytes);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(flags, 2);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(crc, 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(size, 18);
    fields.writeUInt16LE(name.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    parts.push(Buffer.from('504b0304', 'hex'), fields, Buffer.from(name), packed);
    directory.push(Buffer.from('504b01021400', 'hex'), fields, tail, Buffer.from(name));
    offset += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.write('504b0506', 0, 'hex');
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

const sheet = (xml: string): Entry => ({ name: 'xl/worksheets/sheet1.xml', bytes: Buffer.from(`<worksheet><sheetData>${xml}</sheetData></worksheet>`) });
const zeros = new Uint8Array(20_000_000);

test.each<[string, () => Buffer, string]>([
  ['a bomb that says how large it is', () => zip([{ name: 'xl/workbook.xml', bytes: zeros }]), 'too-large'],
  ['a bomb that says it is small', () => zip([{ name: 'xl/workbook.xml', bytes: zeros, size: 1000 }]), 'document-unreadable'],
  ['many small ones that together are large', () => zip(Array.from({ length: 100 }, (_, i) => ({ name: `a${i}.xml`, bytes: zeros.subarray(0, 200_000) }))), 'too-large'],
  ['more entries than a workbook has', () => zip(Array.from({ length: 201 }, (_, i) => ({ name: `a${i}.xml`, bytes: new Uint8Array() }))), 'too-large'],
  ['a file beyond the limit', () => Buffer.concat([Buffer.from('PK'), Buffer.alloc(maxWorkbookBytes)]), 'too-large'],
  ['a wrong checksum', () => zip([{ name: 'a.xml', bytes: Buffer.from('<a/>'), crc: 1 }]), 'document-unreadable'],
  ['an encrypted entry', () => zip([{ name: 'a.xml', bytes: Buffer.from('<a/>'), flags: 1 }]), 'document-unreadable'],
  ['one name twice', () => zip([{ name: 'a.xml', bytes: Buffer.from('<a/>') }, { name: 'a.xml', bytes: Buffer.from('<b/>') }]), 'document-unreadable'],
  ['no ZIP at all', () => Buffer.from('PK and nothing more'), 'document-unreadable'],
  ['a directory that ends in the middle', () => Buffer.from('504b0506000000000100010000000000000000000000', 'hex'), 'document-unreadable'],
  ['entities', () => zip([{ name: 'a.xml', bytes: Buffer.from('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>') }]), 'document-unreadable'],
  ['a cell far below', () => zip([sheet('<row r="99999"><c r="A99999"><v>1</v></c></row>')]), 'too-large'],
  ['a cell far to the right', () => zip([sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>')]), 'document-unreadable'],
  ['a cell whose place is written in entities', () => zip([sheet('<row r="1"><c r="&#88;FD1"><v>1</v></c></row>')]), 'document-unreadable'],
  ['more cells than rows of ours have', () => zip([sheet('<c r="A1"/>'.repeat(100_001))]), 'too-large'],
  ['a cell without a place', () => zip([sheet('<row r="1"><c><v>1</v></c></row>')]), 'document-unreadable'],
])('%s is refused', (_what, make, code) => {
  expect(() => repackWorkbook(make())).toThrow(expect.objectContaining({ code }));
});

test('what is packed anew is the same workbook, without what is not read', async () => {
  const packed = repackWorkbook(await xlsx([row()]));
  expect(repackWorkbook(packed).equals(packed)).toBe(true);
  expect(repackWorkbook(zip([{ name: 'a.xml', bytes: Buffer.from('<a/>') }, { name: 'xl/vbaProject.bin', bytes: Buffer.from('x') }])).includes('vbaProject')).toBe(false);
});

test.each([
  ['<row r="2"><c r="B2" t="str"><f>1+1</f><v>2</v></c></row>', ['2:2']],
  ['<row r="2"><c r="AA2"><f t="shared" si="0"/><v>2</v></c></row>', ['2:27']],
  ['<x:row r="2"><x:c s="1" r="C2"><x:f>A1</x:f></x:c></x:row>', ['2:3']],
  ['<row r="2"><c r="A2"/><c r="B2" t="inlineStr"><is><t>=1+1</t></is></c></row>', []],
])('formulas are found by their element: %s', (xml, cells) => {
  expect([...findFormulas(zip([sheet(xml)]))]).toEqual(cells);
});

test('a hundred thousand cells that are never closed are read in one pass', () => {
  const packed = repackWorkbook(zip([sheet('<c r="A1"><v>'.repeat(99_000) + '<f>')]));
  expect([...findFormulas(packed)]).toEqual(['1:1']);
});

test('a sheet cut or changed anywhere ends in a refusal or in cells, never otherwise', async () => {
  const good = Buffer.from(await xlsx([row()]));
  let random = 7;
  const next = (most: number): number => { random = (random * 1_103_515_245 + 12_345) % 2_147_483_648; return random % most; };
  let refused = 0;
  for (let i = 0; i < 400; i++) {
    const bad = Buffer.from(good);
    bad[next(bad.length)] = next(256);
    try {
      findFormulas(repackWorkbook(i % 4 === 0 ? bad.subarray(0, next(bad.length)) : bad));
    } catch (error) {
      refused += 1;
      expect(['document-unreadable', 'too-large']).toContain((error as { code?: string }).code);
    }
  }
  expect(refused).toBeGreaterThan(100);
});
