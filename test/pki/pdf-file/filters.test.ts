import { deflateSync } from 'node:zlib';
import { decodeStream } from '../../../pki/pdf-file/filters.ts';
import { Budget, PdfDict, PdfName, PdfStream, type PdfValue } from '../../../pki/pdf-file/objects.ts';
import { codeOf } from './build-pdf.ts';

const stream = (raw: Uint8Array, entries: Record<string, PdfValue>): PdfStream => new PdfStream(new PdfDict(new Map(Object.entries(entries))), raw);
const decode = (value: PdfStream, budget = new Budget()): Uint8Array => decodeStream(value, budget, (item) => item ?? null);
const flate = new PdfName('FlateDecode');
const predictor = new PdfDict(new Map<string, PdfValue>([['Predictor', 12], ['Columns', 3]]));

test.each([
  ['Flate', stream(deflateSync(Buffer.from('abc')), { Filter: flate }), 'abc'],
  ['a chain of filters (§7.4.1)', stream(Buffer.from(`${deflateSync(Buffer.from('abc')).toString('hex')}>`), { Filter: [new PdfName('ASCIIHexDecode'), flate] }), 'abc'],
  ['ASCII85 (§7.4.3)', stream(Buffer.from('@:E_W~>'), { Filter: new PdfName('ASCII85Decode') }), 'abcd'],
  ['PNG prediction: none, sub, up, average, Paeth (RFC 2083 §6)',
    stream(deflateSync(Buffer.of(0, 65, 66, 67, 1, 68, 1, 1, 2, 1, 1, 1, 3, 36, 0, 0, 4, 0, 0, 0)), { Filter: flate, DecodeParms: predictor }), 'ABCDEFEFGFFFFFF'],
])('%s', (_rule, value, text) => {
  expect(Buffer.from(decode(value)).toString('latin1')).toBe(text);
});

test.each([
  ['a bomb', stream(deflateSync(Buffer.alloc(70 * 1024 * 1024)), { Filter: flate }), 'pdf-too-complex'],
  ['no Flate at all', stream(Buffer.from('nothing'), { Filter: flate }), 'pdf-stream-corrupt'],
  ['half a row', stream(deflateSync(Buffer.of(0, 1)), { Filter: flate, DecodeParms: predictor }), 'pdf-stream-corrupt'],
  ['five filters', stream(Buffer.alloc(0), { Filter: [flate, flate, flate, flate, flate] }), 'pdf-filter-not-supported'],
  ['an image filter', stream(Buffer.alloc(0), { Filter: new PdfName('DCTDecode') }), 'pdf-filter-not-supported'],
])('%s is refused', (_rule, value, code) => {
  expect(codeOf(() => decode(value))).toBe(code);
});

test('the output of all streams together is bounded', () => {
  const budget = new Budget();
  const large = stream(deflateSync(Buffer.alloc(30 * 1024 * 1024)), { Filter: flate });
  const codes = Array.from({ length: 5 }, () => codeOf(() => decode(large, budget)));
  expect(codes).toEqual([undefined, undefined, undefined, undefined, 'pdf-too-complex']);
});

test.each([
  ['whole groups', '87cURD]i,"Ebo80~>', 'Hello World!'],
  ['a short group at the end', '87cURDZ~>', 'Hello'],
  ['four zeros in one letter', 'zz~>', '\0'.repeat(8)],
])('base 85: %s', (_what, text, plain) => {
  expect(Buffer.from(decode(stream(Buffer.from(text), { Filter: new PdfName('ASCII85Decode') }), new Budget())).toString('latin1')).toBe(plain);
});

test('base 85 that puts out four times what it takes is bounded as well', () => {
  expect(codeOf(() => decode(stream(Buffer.alloc(9 * 1024 * 1024, 'z'), { Filter: new PdfName('ASCII85Decode') }), new Budget()))).toBe('pdf-too-complex');
});
