import fc from 'fast-check';
import { isFormula, parseCsv, readText, writeCsvRecord, type CsvLimits, type CsvRecord } from '../../../src/http/csv.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string, limits?: CsvLimits): CsvRecord[] => [...parseCsv([bytes(text)], limits)];

test.each<[string, string, CsvRecord[]]>([
  ['the last line end may be missing', 'a,b\r\n1,2', [{ line: 1, cells: ['a', 'b'] }, { line: 2, cells: ['1', '2'] }]],
  ['a byte order mark is no text', '\uFEFFa,b\r\n', [{ line: 1, cells: ['a', 'b'] }]],
  ['LF and CR end lines too', 'a\nb\rc\r\nd', [{ line: 1, cells: ['a'] }, { line: 2, cells: ['b'] }, { line: 3, cells: ['c'] }, { line: 4, cells: ['d'] }]],
  ['quotes hold separators, quotes and line ends', '"a,""b""\r\nc",2\r\nd,4', [{ line: 1, cells: ['a,"b"\nc', '2'] }, { line: 3, cells: ['d', '4'] }]],
  ['empty cells stay, empty lines go', ',\r\n\r\n"",x', [{ line: 1, cells: ['', ''] }, { line: 3, cells: ['', 'x'] }]],
  ['nothing at all', '', []],
  ['a quote inside a bare cell', 'a"b,1\r\nc,2', [{ line: 1, broken: 'quote-inside' }, { line: 2, cells: ['c', '2'] }]],
  ['text after a closing quote', '"a"b,1\r\nc,2', [{ line: 1, broken: 'text-after-quote' }, { line: 2, cells: ['c', '2'] }]],
  ['a quote never closed costs its own line', 'x,"a\r\nc,2\r\nd,3', [{ line: 1, broken: 'quote-not-closed' }, { line: 2, cells: ['c', '2'] }, { line: 3, cells: ['d', '3'] }]],
  ['a stray quote that meets the next good one', 'x,"a\r\n"c",2', [{ line: 1, broken: 'text-after-quote' }, { line: 2, cells: ['c', '2'] }]],
])('%s', (_rule, text, records) => {
  expect(read(text)).toEqual(records);
});

test('a broken octet costs its own line', () => {
  expect([...parseCsv([Buffer.concat([bytes('a\r\nb'), Buffer.of(0xff), bytes('\r\nĐỗ')])])]).toEqual(
    [{ line: 1, cells: ['a'] }, { line: 2, broken: 'not-utf-8' }, { line: 3, cells: ['Đỗ'] }]);
});

test.each([
  ['in one line', `a\r\n${'x'.repeat(200_000)}\r\nb`, 'too-long'],
  ['over many lines', `a\r\n"${'x\r\n'.repeat(5)}\r\nb`, 'quote-not-closed'],
] as const)('a record without end %s is bounded', (_rule, text, why) => {
  const records = read(text, { maxLines: 3, maxCharacters: 100 });
  expect(records[1]).toEqual({ line: 2, broken: why });
  expect(records.at(-1)).toMatchObject({ cells: ['b'] });
});

const cell = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom('=cmd', "'=x", '-1', 'a;b', 'a,b', '"', '\tx', "''+1"))
  .map((text) => text.replaceAll(/\r\n|\r/g, '\n').replaceAll('\uFFFD', '?').replaceAll('\uFEFF', ''));
const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { maxLength: 6 });

test('what was written is read again, whatever the cells hold and wherever the bytes are cut', () => {
  fc.assert(fc.property(table, fc.constantFrom(',', ';', '\t'), fc.integer({ min: 1, max: 7 }), (rows, separator, size) => {
    const whole = bytes(rows.map((row) => writeCsvRecord(row, separator)).join(''));
    const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => whole.subarray(i * size, (i + 1) * size));
    const back = [...parseCsv(chunks, { separator, maxLines: 1000 })].map((record) => ('cells' in record ? record.cells.map(readText) : record));
    expect(back).toEqual(rows);
  }));
});

test('no written cell begins as a formula does', () => {
  fc.assert(fc.property(cell, (text) => {
    const [record] = read(writeCsvRecord([text, 'x']), { maxLines: 1000 });
    expect(record && 'cells' in record && isFormula(record.cells[0]!)).toBe(false);
  }));
});

test('any bytes end in records whose lines go up', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (any) => {
    const lines = [...parseCsv([any])].map((record) => record.line);
    expect(lines).toEqual([...new Set(lines)].toSorted((a, b) => a - b));
  }));
});
