import { readRows } from '../../../src/bulk/read.ts';
import { fieldWords } from '../../../src/field-mistakes.ts';

const read = (text: string | Uint8Array) => readRows(typeof text === 'string' ? Buffer.from(text) : text);

test.each<[string, string, object[]]>([
  ['a byte order mark, CRLF and semicolons', '\uFEFFemail;note\r\na@b.vn;một\r\n', [{ line: 2, input: { email: 'a@b.vn', note: 'một' } }]],
  ['headers in any case, empty cells left out', 'EMAIL,Note\na@b.vn,\n', [{ line: 2, input: { email: 'a@b.vn' } }]],
  ['a request in PEM over several lines', 'email,csr\na@b.vn,"-----BEGIN\nAAAA\n-----END"\n', [{ line: 2, input: { email: 'a@b.vn', csr: '-----BEGIN\nAAAA\n-----END' } }]],
  ['decomposed Vietnamese becomes NFC', `email,note\na@b.vn,${'tiếng'.normalize('NFD')}\n`, [{ line: 2, input: { email: 'a@b.vn', note: 'tiếng' } }]],
  ['a stray quote costs its own line', 'email,note\na"b,x\na@b.vn,y\n', [{ line: 2, broken: fieldWords('line-quote-inside') }, { line: 3, input: { email: 'a@b.vn', note: 'y' } }]],
  ['too few cells cost their own line', 'email,note\na@b.vn\na@b.vn,y\n', [{ line: 2, broken: fieldWords('cells-too-many', { cells: 1, header: 2 }) }, { line: 3, input: { email: 'a@b.vn', note: 'y' } }]],
  ['JSON lines, empty lines passed over', '{"email":"a@b.vn"}\n\n{"email":"c@d.vn"}', [{ line: 1, input: { email: 'a@b.vn' } }, { line: 3, input: { email: 'c@d.vn' } }]],
  ['a broken JSON line costs itself', '{"email":"a@b.vn"}\n{"email":\n[1]\n{"other":"x"}\n{"email":5}', [
    { line: 1, input: { email: 'a@b.vn' } }, { line: 2, broken: fieldWords('line-not-json') }, { line: 3, broken: fieldWords('line-not-json') },
    { line: 4, broken: fieldWords('member-unknown', { name: '"other"' }) }, { line: 5, broken: fieldWords('member-unknown', { name: '"email"' }) }]],
])('%s', (_case, text, rows) => {
  expect(read(text)).toEqual(rows);
});

test('line 40,000 of many is named and the others are read', () => {
  const lines = Array.from({ length: 50_000 }, (_, i) => (i === 39_998 ? 'x"y,z' : `a${i}@b.vn,n`));
  const rows = read(`email,note\n${lines.join('\n')}\n`);
  expect(rows).toHaveLength(50_000);
  expect(rows.filter((row) => 'broken' in row)).toEqual([{ line: 40_000, broken: fieldWords('line-quote-inside') }]);
});

test.each<[string, string | Uint8Array, string]>([
  ['an empty file', '', 'invalid-fields'], ['a header alone', 'email,csr\n', 'invalid-fields'], ['a column nobody knows', 'email,password\na,b\n', 'invalid-fields'],
  ['a column twice', 'email,email\na,b\n', 'invalid-fields'], ['a header that cannot be read', 'em"ail,csr\n', 'invalid-fields'],
  ['a workbook', Buffer.from('PK\x03\x04xxxx'), 'unsupported-format'], ['a file of zeros', Buffer.alloc(100), 'unsupported-format'],
  ['more rows than a job takes', `email\n${'a@b.vn\n'.repeat(100_001)}`, 'too-large'],
])('refused: %s', (_case, text, code) => {
  expect(() => read(text)).toThrow(expect.objectContaining({ code }));
});
